import fc from 'fast-check';
import { anyJson } from './json.js';
import { anyKey, NASTY } from './text.js';

// biome-ignore format: a list reads better in few lines
const OPERATORS = [
  'var', 'missing', 'missing_some', 'if', '?:', 'and', 'or', 'map', 'filter', 'all', 'some', 'none', 'reduce', '==', '===', '!=',
  '!==', '>', '>=', '<', '<=', '!!', '!', '%', 'in', 'cat', 'substr', '+', '*', '-', '/', 'min', 'max', 'merge', 'log', 'method',
  '__proto__', 'constructor', 'toString', '', 'var.x',
];

/** Paths that lead somewhere in the data, and that try to lead out of it. */
export const path: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'event.properties.list',
    'event.properties.text',
    'event.properties.deep',
    'event.properties.matrix',
    'event.type',
    'profile.traits.plan',
    'profile',
    'session',
    'input',
    'now',
    'accumulator',
    'current',
    '',
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'event.constructor.constructor',
    'event.properties.list.length',
    'event.properties.text.length',
    'event.__proto__',
    'a.'.repeat(300),
  ),
  fc.array(anyKey, { maxLength: 4 }).map((keys) => keys.join('.')),
);

type Rule = unknown;

const variable: fc.Arbitrary<Rule> = path.map((value) => ({ var: value }));
const scalar: fc.Arbitrary<Rule> = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom<Rule>(null, true, false, '', 1e308, -1, 1e9, [], {}),
  fc.constantFrom(...NASTY),
);

/** Conditions of every shape: known operators with any arguments, unknown ones, objects with several keys. */
const { rule } = fc.letrec<{ rule: Rule; call: Rule; loop: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 3, arbitrary: variable },
    { weight: 5, arbitrary: tie('call') },
    { weight: 3, arbitrary: tie('loop') },
    { weight: 1, arbitrary: anyJson.map((text) => JSON.parse(text) as Rule) },
  ),
  call: fc
    .tuple(fc.constantFrom(...OPERATORS), fc.oneof(tie('rule'), fc.array(tie('rule'), { maxLength: 4 })))
    .map(([operator, args]) => Object.fromEntries([[operator, args]])),
  loop: fc
    .tuple(
      fc.constantFrom('map', 'filter', 'all', 'some', 'none', 'reduce'),
      fc.oneof(variable, tie('rule')),
      tie('rule'),
      tie('rule'),
    )
    .map(([operator, list, body, initial]) => ({ [operator]: [list, body, initial] })),
}));

const KNOWN = OPERATORS.slice(0, OPERATORS.indexOf('log'));

/** Conditions that can be published: known operators, and no object but a rule. */
const { sound } = fc.letrec<{ sound: Rule }>((tie) => ({
  sound: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.constantFrom<Rule>(null, true, '', 'a', 1e308, [])) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom('list', 'text', 'deep', 'matrix', 'other')
        .map((name) => ({ var: `event.properties.${name}` })),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...KNOWN), fc.array(tie('sound'), { minLength: 1, maxLength: 3 }))
        .map(([operator, args]) => ({ [operator]: args })),
    },
  ),
}));

const list = { var: 'event.properties.list' };
const nest = (operator: string, levels: number): Rule => {
  let inner: Rule = { [operator]: [list, 1] };
  for (let n = 0; n < levels; n++) inner = { [operator]: [list, inner] };
  return inner;
};
const wrap = (operator: string, levels: number): Rule => {
  let inner: Rule = 1;
  for (let n = 0; n < levels; n++) inner = { [operator]: [inner] };
  return inner;
};

/** What would run for ever, or fill the memory. */
const hostile: fc.Arbitrary<Rule> = fc.oneof(
  fc.tuple(fc.constantFrom('map', 'filter', 'all', 'some', 'none', 'reduce'), fc.nat(30)).map(([o, n]) => nest(o, n)),
  fc.tuple(fc.constantFrom(...OPERATORS), fc.nat(2_000)).map(([o, n]) => wrap(o, n)),
  fc.constantFrom('cat', 'merge', '+', '*').map((operator) => {
    const twice = { [operator]: [{ var: 'accumulator' }, { var: 'accumulator' }] };
    return { reduce: [list, twice, { var: 'event.properties.text' }] };
  }),
  fc.constantFrom('cat', 'merge').map((operator) => ({
    reduce: [list, { [operator]: [{ var: 'accumulator' }, list, { var: 'event' }] }, []],
  })),
  fc.nat(3_000).map((n) => ({ and: Array(n).fill({ in: [list, { var: 'event.properties.text' }] }) })),
  fc.nat(3_000).map((n) => ({ cat: Array(n).fill({ var: 'event.properties.text' }) })),
  fc.nat(100_000).map((n) => ({ missing: Array(n).fill('event.x') })),
  fc.constant({ map: [list, { missing: list }] }),
  fc.constant({ filter: [list, { in: [{ cat: [list, list] }, { cat: [list, list, list] }] }] }),
  fc.constant({ reduce: [list, [{ var: 'accumulator' }, { var: 'accumulator' }], 1] }),
  fc.constant({ cat: { reduce: [list, [{ var: 'accumulator' }, { var: 'accumulator' }], 1] } }),
  fc.constant({ '==': [{ reduce: [list, [{ var: 'accumulator' }], 1] }, 'x'] }),
  fc.constant({ substr: [{ var: 'event.properties.text' }, -1e308, 1e308] }),
);

export const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 3, arbitrary: rule },
  { weight: 3, arbitrary: sound },
  { weight: 1, arbitrary: hostile },
);
