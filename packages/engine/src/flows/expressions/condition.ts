import type { Json } from '@tributary/sdk';
import jsonLogic from 'json-logic-js';
import { ExpressionError } from './error.js';
import { Meter } from './meter.js';
import { type Evaluate, leaf, OPERATORS } from './operators.js';

const MAX_DEPTH = 32;
const MAX_NODES = 2_000;

/** A rule, parsed: true when it holds over the data. Throws an ExpressionError when it takes too long. */
export type Condition = (data: unknown) => boolean;

/**
 * Parses a JSON Logic rule; throws an ExpressionError that lists the first fault.
 *
 * json-logic-js evaluates a rule afresh each time, walks into prototypes by `var`, calls methods by
 * `method`, and takes data for rules in `missing`. So the rule is turned into functions here, which
 * keep to own properties and to a number of steps; the operators on values are the library's.
 */
export function parseCondition(rule: Json): Condition {
  const faults = checkCondition(rule);
  if (faults[0] !== undefined) throw faults[0];
  const evaluate = compile(rule);
  return (data) => jsonLogic.truthy(evaluate(data, new Meter()));
}

/** All faults of a rule, each with a JSON pointer into it. */
export function checkCondition(rule: Json): ExpressionError[] {
  const faults: ExpressionError[] = [];
  let nodes = 0;
  const visit = (value: Json, path: string, depth: number): void => {
    nodes++;
    if (nodes === MAX_NODES + 1)
      faults.push(new ExpressionError('CONDITION_SIZE', `A condition has at most ${MAX_NODES} parts.`, path));
    if (nodes > MAX_NODES || typeof value !== 'object' || value === null) return;
    if (depth > MAX_DEPTH) {
      faults.push(new ExpressionError('CONDITION_DEPTH', `A condition is nested at most ${MAX_DEPTH} deep.`, path));
      return;
    }
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(item, `${path}/${i}`, depth + 1);
      return;
    }
    const keys = Object.keys(value);
    const operator = keys[0];
    if (keys.length !== 1 || operator === undefined) {
      const message = 'An object in a condition has exactly one key, its operator, such as {"==": [1, 1]}.';
      faults.push(new ExpressionError('CONDITION_SHAPE', message, path));
      return;
    }
    const at = `${path}/${operator.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!OPERATORS.has(operator) && !leaf.isLeaf(operator)) {
      faults.push(new ExpressionError('CONDITION_OPERATOR', `There is no operator ${JSON.stringify(operator)}.`, at));
      return;
    }
    const args = value[operator] as Json;
    if (operator === 'var') checkVar(args, at, faults);
    visit(args, at, depth + 1);
  };
  visit(rule, '', 0);
  return faults;
}

/** A written path that is refused would be `null` for ever: say so now. */
function checkVar(args: Json, at: string, faults: ExpressionError[]): void {
  const path = Array.isArray(args) ? args[0] : args;
  if (typeof path !== 'string') return;
  for (const part of path.split('.'))
    if (part === '__proto__' || part === 'constructor' || part === 'prototype')
      faults.push(new ExpressionError('PATH_REFUSED', `The path ${JSON.stringify(path)} names ${part}.`, at));
}

function compile(rule: Json): Evaluate {
  if (typeof rule !== 'object' || rule === null) return () => rule;
  if (Array.isArray(rule)) {
    const items = rule.map(compile);
    return (data, meter) => {
      meter.spend(items.length);
      return items.map((item) => item(data, meter));
    };
  }
  const [operator, given] = Object.entries(rule)[0] as [string, Json];
  const args = (Array.isArray(given) ? given : [given]).map(compile);
  const build = OPERATORS.get(operator);
  return build === undefined ? leaf.build(operator, args) : build(args);
}
