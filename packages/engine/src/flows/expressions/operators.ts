import jsonLogic, { type RulesLogic } from 'json-logic-js';
import type { Meter } from './meter.js';
import { readPath } from './path.js';

export type Evaluate = (data: unknown, meter: Meter) => unknown;
type Build = (args: Evaluate[]) => Evaluate;

const { truthy } = jsonLogic;

/** Operators on values alone: json-logic-js works them out. `log` and `method` are left out on purpose. */
const LEAVES = '== === != !== > >= < <= !! ! % in cat substr + * - / min max merge'.split(' ');
/** These never turn a value into text, so they cost the same for any value. */
const FLAT = new Set(['===', '!==', '!!', '!']);

export const leaf = {
  isLeaf: (operator: string): boolean => LEAVES.includes(operator),

  build(operator: string, args: Evaluate[]): Evaluate {
    // The values reach the library through `var`, so that it never takes data for a rule.
    const rule = { [operator]: args.map((_, i) => ({ var: String(i) })) } as unknown as RulesLogic;
    return (data, meter) => {
      meter.spend(1);
      const values = args.map((arg) => arg(data, meter));
      if (!FLAT.has(operator)) for (const value of values) meter.weigh(value);
      try {
        return jsonLogic.apply(rule, values) as unknown;
      } catch {
        // Such as an object with a property `toString` that is to become text: no value.
        return null;
      }
    };
  },
};

/** The operators that decide what is evaluated, and those that read data. */
export const OPERATORS: ReadonlyMap<string, Build> = new Map<string, Build>([
  [
    'var',
    ([path, other]) =>
      (data, meter) =>
        lookUp(data, path?.(data, meter), other?.(data, meter), meter),
  ],
  ['missing', (args) => (data, meter) => missing(data, evaluateAll(args, data, meter), meter)],
  ['missing_some', (args) => (data, meter) => missingSome(data, evaluateAll(args, data, meter), meter)],
  ['if', choose],
  ['?:', choose],
  ['and', (args) => (data, meter) => firstThat(args, data, meter, false)],
  ['or', (args) => (data, meter) => firstThat(args, data, meter, true)],
  ['map', loop((list, body) => list.map(body), [])],
  ['filter', loop((list, body) => list.filter((item) => truthy(body(item))), [])],
  ['all', loop((list, body) => list.length > 0 && list.every((item) => truthy(body(item))), false)],
  ['some', loop((list, body) => list.some((item) => truthy(body(item))), false)],
  ['none', loop((list, body) => !list.some((item) => truthy(body(item))), true)],
  ['reduce', reduce],
]);

function lookUp(data: unknown, path: unknown, other: unknown, meter: Meter): unknown {
  meter.spend(1);
  if (path === undefined || path === null || path === '') return data;
  if (typeof path !== 'string' && typeof path !== 'number') return other ?? null;
  return readPath(data, String(path)) ?? other ?? null;
}

function evaluateAll(args: Evaluate[], data: unknown, meter: Meter): unknown[] {
  return args.map((arg) => arg(data, meter));
}

function missing(data: unknown, values: unknown[], meter: Meter): unknown[] {
  const keys = Array.isArray(values[0]) ? (values[0] as unknown[]) : values;
  return keys.filter((key) => {
    const value = lookUp(data, key, null, meter);
    return value === null || value === '';
  });
}

function missingSome(data: unknown, [need, options]: unknown[], meter: Meter): unknown[] {
  const keys = Array.isArray(options) ? (options as unknown[]) : [];
  const absent = missing(data, [keys], meter);
  // An object is no number, and one with a property `toString` cannot even be asked.
  const least = typeof need === 'object' && need !== null ? Number.NaN : Number(need);
  return keys.length - absent.length >= least ? [] : absent;
}

function choose(args: Evaluate[]): Evaluate {
  return (data, meter) => {
    meter.spend(1);
    for (let i = 0; i + 1 < args.length; i += 2) if (truthy(args[i]?.(data, meter))) return args[i + 1]?.(data, meter);
    return args.length % 2 === 1 ? args[args.length - 1]?.(data, meter) : null;
  };
}

function firstThat(args: Evaluate[], data: unknown, meter: Meter, wanted: boolean): unknown {
  meter.spend(1);
  let value: unknown = null;
  for (const arg of args) {
    value = arg(data, meter);
    if (truthy(value) === wanted) return value;
  }
  return value;
}

/** An operator that applies its second argument to each item of its first. */
function loop(work: (list: unknown[], body: (item: unknown) => unknown) => unknown, otherwise: unknown): Build {
  return ([list, body]) =>
    (data, meter) => {
      meter.spend(1);
      const items = list?.(data, meter);
      if (!Array.isArray(items)) return otherwise;
      return work(items, (item) => {
        meter.spend(1);
        return body?.(item, meter) ?? null;
      });
    };
}

function reduce([list, body, initial]: Evaluate[]): Evaluate {
  return (data, meter) => {
    meter.spend(1);
    const items = list?.(data, meter);
    const start = initial?.(data, meter) ?? null;
    if (!Array.isArray(items)) return start;
    return items.reduce<unknown>((accumulator, current) => {
      meter.spend(1);
      return body?.({ current, accumulator }, meter) ?? null;
    }, start);
  };
}
