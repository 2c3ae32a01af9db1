import type { Json } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import { flow } from './fixtures/flows.js';
import { testRegistry } from './fixtures/plugins.js';
import type { FlowDefinition } from './flow.js';
import { validateFlow } from './validate.js';

const registry = testRegistry();
const faultsOf = (definition: unknown) => {
  const checked = validateFlow(definition, registry);
  return checked.ok ? [] : checked.faults.map(({ path, code }) => [path, code]);
};
const good = (): FlowDefinition => flow({ a: ['mark@^1'], b: ['mark'] }, ['trigger > a', 'a > b', 'a.other > b']);

describe('validateFlow', () => {
  it('resolves ranges to exact versions and leaves what was given alone', () => {
    const definition = good();
    const checked = validateFlow(definition, registry);
    if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
    expect(checked.definition.nodes.a?.plugin).toBe('mark@1.4.0');
    expect(checked.definition.nodes.b?.plugin).toBe('mark@2.0.0');
    expect(definition).toEqual(good());
  });

  it('lists every fault of the form', () => {
    expect(
      faultsOf({ id: '../x', trigger: { events: [], on: 1 }, nodes: { 'a b': {} }, edges: [{ from: 1 }] }),
    ).toEqual([
      ['/id', 'SCHEMA'],
      ['/trigger/on', 'UNKNOWN_PROPERTY'],
      ['/trigger/events', 'SCHEMA'],
      ['/nodes/a b', 'UNKNOWN_PROPERTY'],
      ['/edges/0/to', 'MISSING'],
      ['/edges/0/from', 'SCHEMA'],
    ]);
  });

  it('finds plugins and versions that are not there', () => {
    expect(faultsOf(flow({ a: ['nope@^1'], b: ['mark@^7'] }, ['trigger > a', 'a > b']))).toEqual([
      ['/nodes/a/plugin', 'UNKNOWN_PLUGIN'],
      ['/nodes/b/plugin', 'UNKNOWN_VERSION'],
    ]);
  });

  it('checks configs: schema, templates, conditions, paths, and the plugin itself', () => {
    const nodes: Parameters<typeof flow>[0] = {
      a: ['mark', { mark: 1 }],
      b: ['mark', { mark: '{% if %}' }],
      c: ['mark', { when: { and: [{ '>': [1, 0] }, { exec: ['rm'] }] } }],
      d: ['mark', { from: 'event.__proto__.x' }],
      e: ['mark', { mark: 'forbidden' }],
      f: ['fork', { ports: ['a.b'] }],
    };
    expect(
      faultsOf(
        flow(
          nodes,
          Object.keys(nodes).map((id) => `trigger > ${id}`),
        ),
      ),
    ).toEqual([
      ['/nodes/a/config/mark', 'SCHEMA'],
      ['/nodes/b/config/mark', 'TEMPLATE_SYNTAX'],
      ['/nodes/c/config/when/and/1/exec', 'CONDITION_OPERATOR'],
      ['/nodes/d/config/from', 'PATH_REFUSED'],
      ['/nodes/e/config/mark', 'CONFIG'],
      ['/nodes/f/config', 'PORTS'],
    ]);
    expect(faultsOf({ ...good(), trigger: { events: ['track'], when: { log: 1 } } })).toEqual([
      ['/trigger/when/log', 'CONDITION_OPERATOR'],
    ]);
  });

  it('checks edges, also against ports that follow from the config', () => {
    const nodes: Parameters<typeof flow>[0] = { a: ['fork', { ports: ['x', 'y'] }], b: ['mark'] };
    const edges = ['trigger > a', 'a.y > b', 'a.z > b', 'c > b', 'a > d', 'a > b', 'a.x > b', 'trigger.out > b'];
    expect(faultsOf(flow(nodes, edges))).toEqual([
      ['/edges/2/from', 'UNKNOWN_PORT'],
      ['/edges/3/from', 'UNKNOWN_NODE'],
      ['/edges/4/to', 'UNKNOWN_NODE'],
      ['/edges/6', 'EDGE_TWICE'],
      ['/edges/7/from', 'UNKNOWN_NODE'],
    ]);
  });

  it('finds cycles without a wait, and nodes that nothing leads to', () => {
    const cycle = flow({ a: ['mark'], b: ['mark'], c: ['send'] }, ['trigger > a', 'a > b', 'b > c', 'c > a']);
    expect(faultsOf(cycle)).toEqual([['/edges/3', 'CYCLE']]);
    const waits = flow({ a: ['mark'], w: ['pause', { until: 'x' }] }, ['trigger > a', 'a > w', 'w > a']);
    expect(faultsOf(waits)).toEqual([]);
    const lost = flow({ a: ['mark'], b: ['mark'], c: ['mark'] }, ['trigger > a', 'b > c', 'c > b', 'a > a']);
    expect(faultsOf(lost)).toEqual([
      ['/nodes/b', 'UNREACHABLE'],
      ['/nodes/c', 'UNREACHABLE'],
      ['/edges/3', 'CYCLE'],
      ['/edges/2', 'CYCLE'],
    ]);
    expect(faultsOf(flow({}, []))).toEqual([['/nodes', 'EMPTY']]);
  });

  it('checks a long chain without overflowing', () => {
    const ids = Array.from({ length: 500 }, (_, i) => `n${i}`);
    const edges = ids.map((id, i) => `${i === 0 ? 'trigger' : ids[i - 1]} > ${id}`);
    expect(faultsOf(flow(Object.fromEntries(ids.map((id) => [id, ['mark'] as [string]])), edges))).toEqual([]);
  });

  it('never throws, whatever it is given', () => {
    const loop: { [key: string]: unknown } = {};
    loop.self = loop;
    let deep: Json = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const getter = Object.defineProperty({}, 'id', { enumerable: true, get: () => JSON.parse('{') as unknown });
    const hostile: unknown[] = [undefined, null, 1, 'x', [], () => 1, Symbol('x'), 10n, Number.NaN, loop, deep, getter];
    hostile.push(new Proxy({}, { ownKeys: () => JSON.parse('{') as string[] }), new Date(), new Map());
    hostile.push(JSON.parse('{"__proto__":{"id":"x"},"constructor":{"prototype":{}}}'));
    hostile.push({ ...good(), nodes: JSON.parse('{"__proto__":{"plugin":"mark"},"constructor":{"plugin":"mark"}}') });
    hostile.push({ ...good(), edges: Array.from({ length: 100_000 }, () => ({ from: 'a', to: 'b' })) });
    hostile.push(flow({ a: ['constructor@__proto__'] }, ['trigger > a']), flow({ a: ['mark', deep] }, ['trigger > a']));
    hostile.push(flow({ a: ['mark@1.0.0', JSON.parse('{"__proto__":{"mark":1},"mark":2}')] }, ['trigger > a']));
    for (const given of hostile) expect(validateFlow(given, registry).ok).toBe(false);
    expect(({} as Record<string, unknown>).mark).toBeUndefined();
  });
});
