import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Event } from '@tributary/sdk';
import { testEvent, testProfile } from '@tributary/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFlow, type FlowDefinition, resumeFlow, runFlow, validateFlow } from '../flows/index.js';
import { loadPlugins } from './load.js';
import { PluginRegistry } from './registry.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const EXAMPLE = './examples/plugins/tributary-plugin-loyalty';
const registry = new PluginRegistry();

beforeAll(async () => {
  // By path, as anybody's: the engine does not depend on the built-in plugins.
  const loaded = await loadPlugins(['./packages/plugins/src/index.ts', EXAMPLE], { from: root });
  for (const plugin of loaded) registry.register(plugin);
});

function run(definition: unknown, event: Partial<Event>, traits = {}) {
  const checked = validateFlow(definition, registry);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  const flow = compileFlow(
    { v: 1, flow: checked.definition.id, version: 1, publishedAt: '', definition: checked.definition },
    registry,
  );
  const profile = testProfile({ traits });
  const base = { profile, session: undefined, now: '2026-01-02T00:00:00.000Z', partition: 0, batch: 'b' };
  return { flow, base, profile, result: runFlow(flow, { ...base, event: testEvent(event) }) };
}

describe('the plugins that come with Tributary', () => {
  it('are all taken by the registry', () => {
    expect(registry.list().map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'copy-to-profile run',
      'emit-event run',
      'http-request deliver',
      'if run',
      'increment run',
      'loyalty run',
      'merge-identity run',
      'segment run',
      'set-trait run',
      'switch run',
      'wait wait',
      'webhook deliver',
    ]);
  });

  it('run the flow of the design: copy, then tell the CRM', () => {
    const welcome = {
      id: 'welcome',
      name: 'Welcome new customers',
      trigger: { events: ['identify'], when: { '!!': [{ var: 'event.traits.email' }] } },
      nodes: {
        copy: {
          plugin: 'copy-to-profile@1.0.0',
          config: { mappings: [{ from: 'event.traits.email', to: 'traits.email' }] },
        },
        tell: { plugin: 'webhook@1.0.0', config: { url: 'https://crm.example/hook' } },
      },
      edges: [
        { from: 'trigger', to: 'copy' },
        { from: 'copy.out', to: 'tell' },
      ],
    };
    const { result, profile } = run(welcome, { type: 'identify', traits: { email: 'a@b.example' } });
    expect(profile.get('traits.email')).toBe('a@b.example');
    expect(result).toMatchObject({
      status: 'waiting',
      outbox: [{ kind: 'delivery', destination: 'https://crm.example', key: 'test:message-1:welcome@1:tell:1' }],
    });
    const [entry] = result?.outbox ?? [];
    const body = entry?.kind === 'delivery' ? (entry.payload as { body: string }).body : '';
    expect(JSON.parse(body)).toMatchObject({ data: { profile: { traits: { email: 'a@b.example' } } } });
    expect(run(welcome, { type: 'identify', traits: {} }).result).toBeNull();
  });

  it('ask a service, branch on its answer and wait', () => {
    const definition: FlowDefinition = {
      id: 'score',
      trigger: { events: ['track'] },
      nodes: {
        ask: { plugin: 'http-request@^1', config: { url: 'https://s.example/?m={{ event.name | url_encode }}' } },
        good: { plugin: 'if@^1', config: { when: { '>': [{ var: 'input.body.score' }, 5] } } },
        keep: { plugin: 'set-trait@^1', config: { trait: 'score', from: 'input.body.score' } },
        later: { plugin: 'wait@^1', config: { for: { hours: 1 } } },
        count: { plugin: 'increment@^1', config: { trait: 'asked' } },
      },
      edges: [
        { from: 'trigger', to: 'ask' },
        { from: 'ask', to: 'good' },
        { from: 'good.true', to: 'keep' },
        { from: 'keep', to: 'later' },
        { from: 'ask.error', to: 'count' },
      ],
    };
    const { flow, base, profile, result } = run(definition, {});
    const [asked] = result?.outbox ?? [];
    if (asked?.kind !== 'delivery') throw new Error('nothing was asked');
    const next = resumeFlow(flow, asked.run, { port: 'out', output: { status: 200, body: { score: 9 } } }, base);
    expect(profile.get('traits.score')).toBe(9);
    expect(next.outbox).toMatchObject([{ kind: 'wait', dueAt: '2026-01-02T01:00:00.000Z' }]);
    resumeFlow(flow, asked.run, { output: null, error: 'gone' }, base);
    expect(profile.get('traits.asked')).toBe(1);
  });

  it("run the example's flow with a plugin from outside", () => {
    const flow = JSON.parse(readFileSync(`${root}/${EXAMPLE}/flow.json`, 'utf8')) as FlowDefinition;
    const bought = { name: 'Order Completed', properties: { total: 60 } };
    const { result, profile } = run(flow, bought);
    expect(profile.view()).toMatchObject({
      traits: { loyalty: { points: 120, level: 'silver' } },
      segments: { 'loyalty-members': true },
    });
    expect(result?.outbox).toMatchObject([
      { event: { name: 'Level Reached', properties: { level: 'silver' }, depth: 1 } },
    ]);
  });
});
