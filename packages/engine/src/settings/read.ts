import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidSetting } from './errors.js';
import { type Settings, SettingsSchema } from './schema.js';

/**
 * Reads the settings from an environment; an empty value counts as unset. Throws InvalidSetting, which names the
 * setting, for the first mistake.
 *
 * @example const settings = readSettings(process.env);
 */
export function readSettings(env: { [name: string]: string | undefined }): Settings {
  const settings: { [key: string]: unknown } = {};
  for (const [key, schema] of Object.entries<TSchema>(SettingsSchema.properties)) {
    const given = env[schema.env]?.trim();
    const value = given ? parse(schema, given) : structuredClone(schema.default);
    if (value === undefined) continue;
    if (!Value.Check(schema, value)) throw mistake(schema, given ?? '');
    settings[key] = value;
  }
  return settings as Settings;
}

/** The settings with nothing given from outside but `some`: for tests, and for programs that embed the engine. */
export function defaultSettings(some: Partial<Settings> = {}): Settings {
  return { ...readSettings({}), ...some };
}

/** Whatever cannot be parsed stays text, which the schema then refuses. */
function parse(schema: TSchema, given: string): unknown {
  if (schema.type === 'integer') return /^[+-]?\d+$/.test(given) ? Number(given) : given;
  if (schema.type === 'boolean')
    return { true: true, '1': true, false: false, '0': false }[given.toLowerCase()] ?? given;
  if (schema.type === 'array') return given.split(',').map((item) => item.trim());
  return given;
}

function mistake(schema: TSchema, given: string): InvalidSetting {
  const shown = given.length > 60 ? `${given.slice(0, 60)}…` : given;
  const butIs = schema.secret
    ? 'what was given is not (it is not repeated here, it may hold a password)'
    : `it is "${shown}"`;
  return new InvalidSetting(schema.env, `${schema.env} must be ${schema.expected}, but ${butIs}.`);
}
