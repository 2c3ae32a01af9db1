import fc from 'fast-check';
import { anyJson, wildJson } from './json.js';
import { anyTemplate } from './liquid.js';
import { anyRule, path } from './logic.js';
import { anyKey, anyText } from './text.js';

/** Its configuration as a value, or as text: one that is nested too deep for `JSON.stringify` is to be sent, too. */
type Node = { plugin: string } & ({ config: unknown } | { text: string });

const trait = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'traits.fuzz',
      'traits.fuzz',
      'traits.other',
      'traits.fuzz',
      'traits.a.b',
      'traits.__proto__',
      'traits.constructor',
      'traits.',
    ),
  },
  { weight: 1, arbitrary: anyText },
);

/** Nothing but loopback, which a flow may not call unless it is allowed, and what is no address at all. */
const url = fc.oneof(
  fc.constantFrom(
    'http://127.0.0.1:9/',
    'http://localhost:9/x',
    'http://[::1]:9/',
    'http://0.0.0.0:9/',
    'http://2130706433:9/',
    'http://user:pass@127.0.0.1:9/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://',
    '//x',
    '',
  ),
  fc.constant('http://127.0.0.1:9/{{ event.properties.text }}'),
);

const node: fc.Arbitrary<Node> = fc.oneof(
  anyRule.map((when) => ({ plugin: 'if@^1', config: { when } })),
  fc.array(anyRule, { minLength: 1, maxLength: 4 }).map((rules) => ({
    plugin: 'switch@^1',
    config: { cases: rules.map((when, i) => ({ port: `p${i}`, when })) },
  })),
  fc
    .tuple(trait, anyTemplate, fc.constantFrom('text', 'number', 'boolean', 'json'))
    .map(([name, template, as]) => ({ plugin: 'set-trait@^1', config: { trait: name, template, as } })),
  fc.tuple(trait, path).map(([name, from]) => ({ plugin: 'set-trait@^1', config: { trait: name, from } })),
  fc.tuple(trait, anyJson).map(([name, value]) => ({
    plugin: 'set-trait@^1',
    config: { trait: name, value: JSON.parse(value) as unknown },
  })),
  fc.tuple(path, trait).map(([from, to]) => ({ plugin: 'copy-to-profile@^1', config: { mappings: [{ from, to }] } })),
  fc.tuple(trait, anyJson).map(([name, by]) => ({
    plugin: 'increment@^1',
    config: { trait: name, by: JSON.parse(by) as unknown },
  })),
  fc.tuple(anyText, anyTemplate).map(([name, template]) => ({
    plugin: 'emit-event@^1',
    config: { type: 'track', name: `fuzz ${name.replaceAll('{', '')}`, properties: { x: { template } } },
  })),
  url.map((to) => ({ plugin: 'webhook@^1', config: { url: to } })),
  fc
    .tuple(url, anyTemplate)
    .map(([to, body]) => ({ plugin: 'http-request@^1', config: { url: to, method: 'POST', body } })),
  fc
    .tuple(fc.oneof(fc.constant('fuzzed'), anyText), anyRule)
    .map(([segment, when]) => ({ plugin: 'segment@^1', config: { segment, action: 'match', when } })),
  fc
    .tuple(
      fc.constantFrom(
        'if',
        'switch',
        'set-trait',
        'wait',
        'merge-identity',
        'emit-event',
        'webhook@^1',
        '',
        '__proto__',
        'if@*',
      ),
      wildJson,
    )
    .map(([plugin, text]) => ({ plugin, text })),
);

const PORTS = ['out', 'true', 'false', 'default', 'p0', 'p1', 'failed', 'in', '__proto__'];

/** What is between the trigger and the last node; the name of its event is given when it is saved. */
export interface Flow {
  nodes: Node[];
  /** From the trigger to each, or from one to the next. */
  chain: boolean;
  ports: string[];
  when: unknown;
  /** Put into the definition as they are: fields of any name. */
  more: [string, string][];
}

/** Definitions of flows that are well formed outside, and whatever inside. */
export const anyFlow: fc.Arbitrary<Flow> = fc.record({
  nodes: fc.oneof(
    { weight: 4, arbitrary: node.map((one) => [one]) },
    { weight: 1, arbitrary: fc.array(node, { minLength: 1, maxLength: 5 }) },
  ),
  chain: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  ports: fc.array(fc.constantFrom(...PORTS), { minLength: 5, maxLength: 5 }),
  when: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyRule }),
  more: fc.oneof(
    { weight: 15, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(anyKey, wildJson), { maxLength: 2 }) },
  ),
});

/** The definition as it is sent. */
export function definitionOf(id: string, event: string, { nodes, chain, ports, when, more }: Flow): string {
  const edges = nodes.map((_, i) => ({
    from: chain && i > 0 ? `n${i - 1}.${ports[i - 1] ?? 'out'}` : 'trigger',
    to: `n${i}`,
  }));
  const trigger = { events: ['track'], names: [event], ...(when === undefined ? {} : { when }) };
  const rest = more.filter(([key]) => key !== 'id' && key !== 'trigger');
  return objectOf([
    ['id', JSON.stringify(id)],
    ['trigger', JSON.stringify(trigger)],
    ['nodes', objectOf(nodes.map((one, i) => [`n${i}`, textOf(one)]))],
    ['edges', JSON.stringify(edges)],
    ...rest,
  ]);
}

function textOf(node: Node): string {
  const config = 'text' in node ? node.text : JSON.stringify(node.config);
  return objectOf([
    ['plugin', JSON.stringify(node.plugin)],
    ['config', config],
  ]);
}

function objectOf(fields: [name: string, text: string][]): string {
  return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}
