import type { TSchema } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import jsonLogic, { type RulesLogic } from 'json-logic-js';
import { Liquid } from 'liquidjs';
import type { Event, Json } from '../event.js';
import type { DeliverContext, EmittedEvent, Plugin, ProfileView, RunContext, SessionView } from '../plugin.js';
import { testEvent } from './event.js';
import { readOwn, type TestProfile, testProfile } from './profile.js';

/** What the plugin is to work on. */
export interface TestSetup {
  config?: Json;
  event?: Partial<Event>;
  profile?: Partial<ProfileView> | TestProfile;
  session?: SessionView;
  input?: Json;
  now?: string;
}

/** What came of it. */
export interface TestOutcome {
  /** Port and output of a `run`; undefined for other kinds. */
  port: string | undefined;
  output: Json | undefined;
  /** Time of a `wait`. */
  until: string | undefined;
  /** What `prepare` wants to send. */
  prepared: { destination: string; payload: Json } | undefined;
  profile: TestProfile;
  emitted: EmittedEvent[];
  /** Config with the schema's defaults. */
  config: Json;
}

/** A config that the plugin's schema or its `check` refuses. */
export class ConfigFault extends Error {
  override name = 'ConfigFault';
  readonly paths: string[];
  constructor(faults: { path: string; message: string }[]) {
    super(faults.map(({ path, message }) => `${path || '/'}: ${message}`).join('\n'));
    this.paths = faults.map((fault) => fault.path);
  }
}

/**
 * Runs a plugin's synchronous part (`run`, `prepare` or `wait`) without an engine.
 *
 * @example
 * const { port, profile } = testPlugin(points, { config: { per: 10 }, event: { properties: { total: 50 } } });
 * expect(profile.get('traits.points')).toBe(5);
 */
export function testPlugin(plugin: Plugin, setup: TestSetup = {}): TestOutcome {
  const config = checkedConfig(plugin, setup.config ?? {});
  const emitted: EmittedEvent[] = [];
  const given = setup.profile ?? {};
  const profile = 'identified' in given ? given : testProfile(given);
  const context = makeContext(setup, profile, emitted);
  const outcome: TestOutcome = {
    port: undefined,
    output: undefined,
    until: undefined,
    prepared: undefined,
    profile,
    emitted,
    config,
  };
  if ('run' in plugin) {
    const left = plugin.run(context, config);
    const ports = typeof plugin.ports === 'function' ? plugin.ports(config) : plugin.ports;
    outcome.port = typeof left === 'string' ? left : left.port;
    outcome.output = typeof left === 'string' ? undefined : left.output;
    if (!ports.includes(outcome.port))
      throw new Error(`${plugin.name} has no port ${outcome.port}: ${ports.join(', ')}`);
  } else if ('wait' in plugin) outcome.until = plugin.wait(context, config).until;
  else outcome.prepared = plugin.prepare(context, config);
  return outcome;
}

/** Prepares and delivers, as a first attempt would; throws what `deliver` throws. */
export async function testDelivery(
  plugin: Plugin,
  setup: TestSetup & { delivery?: Partial<DeliverContext> } = {},
): Promise<{ port: string; output: Json | undefined; prepared: { destination: string; payload: Json } }> {
  if (!('deliver' in plugin)) throw new Error(`${plugin.name} has no deliver: use testPlugin`);
  const { prepared, config } = testPlugin(plugin, setup);
  if (prepared === undefined) throw new Error(`${plugin.name} prepared nothing`);
  const left = await plugin.deliver(
    {
      // As it comes back from the store.
      payload: JSON.parse(JSON.stringify(prepared.payload)) as Json,
      idempotencyKey: 'test:message-1:flow@1:node:1',
      attempt: 1,
      signal: new AbortController().signal,
      network: { allowPrivateDestinations: true },
      ...setup.delivery,
    },
    config,
  );
  return {
    ...(typeof left === 'string' ? { port: left, output: undefined } : { output: undefined, ...left }),
    prepared,
  };
}

/** The config with defaults; throws a ConfigFault for what the schema or `check` refuses. */
export function checkedConfig(plugin: Plugin<TSchema>, config: Json): Json {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
  formats.default(ajv);
  const copy = structuredClone(config);
  const validate = ajv.compile(plugin.config);
  if (!validate(copy))
    throw new ConfigFault(
      (validate.errors ?? []).map((e) => ({ path: e.instancePath, message: e.message ?? e.keyword })),
    );
  const faults = plugin.check?.(copy) ?? [];
  if (faults.length > 0) throw new ConfigFault(faults);
  return copy;
}

function makeContext(setup: TestSetup, profile: TestProfile, emitted: EmittedEvent[]): RunContext {
  const event = testEvent(setup.event);
  const input = setup.input ?? null;
  const now = setup.now ?? '2026-01-01T12:00:01.000Z';
  const scope = () => ({ event, profile: profile.view(), session: setup.session ?? null, input, now });
  const liquid = new Liquid({ ownPropertyOnly: true, templates: {} });
  return {
    event,
    profile,
    session: setup.session,
    input,
    now,
    test: (rule) => jsonLogic.truthy(jsonLogic.apply(rule as RulesLogic, scope())),
    read: (path) => readOwn(scope(), path) as Json | undefined,
    render: (template) => String(liquid.parseAndRenderSync(template, scope())),
    emit: (emission) => void emitted.push(emission),
  };
}
