import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidSetting } from '../settings/errors.js';
import { defaultRules, type IdentityRules, ruleOf } from './rules.js';

const TypeName = '^(?!(?:__proto__|constructor|prototype)$)[A-Za-z][A-Za-z0-9_]{0,63}$';

/** What `TRIBUTARY_IDENTITY` may say; everything is optional. */
export const IdentityFileSchema = Type.Object(
  {
    types: Type.Optional(
      Type.Record(
        Type.String({ pattern: TypeName }),
        Type.Object(
          {
            priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
            max: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
            distinguishes: Type.Optional(Type.Boolean()),
          },
          { additionalProperties: false },
        ),
        { additionalProperties: false },
      ),
    ),
    blocked: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  },
  { additionalProperties: false },
);

/**
 * The identifier rules of a deployment: the default ones, changed and added to by the text of a
 * JSON file. Throws InvalidSetting with the place of the first mistake.
 */
export function readRules(text: string, defaultCountry?: string): IdentityRules {
  const given = parse(text);
  const rules = defaultRules(defaultCountry);
  const types: IdentityRules['types'] = Object.assign(Object.create(null), rules.types);
  for (const [type, change] of Object.entries(given.types ?? {})) types[type] = { ...ruleOf(rules, type), ...change };
  return {
    ...rules,
    types,
    blocked: new Set([...rules.blocked, ...(given.blocked ?? []).map((v) => v.toLowerCase())]),
  };
}

function parse(text: string): Static<typeof IdentityFileSchema> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw mistake(`is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const [fault] = Value.Errors(IdentityFileSchema, given);
  if (fault) throw mistake(`has a mistake at ${fault.path || '/'}: ${fault.message}`);
  return given as Static<typeof IdentityFileSchema>;
}

function mistake(what: string): InvalidSetting {
  return new InvalidSetting('TRIBUTARY_IDENTITY', `The file that TRIBUTARY_IDENTITY names ${what}.`);
}
