import type { Event, Json, ProfileView, SessionView } from '@tributary/sdk';
import type { Template } from 'liquidjs';
import { type Condition, parseCondition } from './condition.js';
import { readPath } from './path.js';
import { createTemplates } from './template.js';

export { type Condition, checkCondition, parseCondition } from './condition.js';
export { ExpressionError } from './error.js';
export { parsePath, readPath } from './path.js';
export { createTemplates, type Templates } from './template.js';

/** What conditions and templates read. `profile` may be a getter: it is asked for only when it is used. */
export interface Scope {
  event: Event | null;
  readonly profile: ProfileView | null;
  session: SessionView | null;
  input: Json;
  now: string;
}

/** Parses each condition and template once and keeps it. All three throw ExpressionErrors. */
export interface Expressions {
  /** True when the JSON Logic rule holds. */
  test(rule: Json, scope: Scope): boolean;
  /** The value of a path such as `event.properties.price`. */
  read(path: string, scope: Scope): Json | undefined;
  /** Fills in a LiquidJS template. */
  render(template: string, scope: Scope): string;
}

const KEPT = 500;

/**
 * Conditions and templates for one flow, segment or other owner.
 *
 * @example
 * const expressions = createExpressions();
 * expressions.test({ '>': [{ var: 'event.properties.price' }, 100] }, scope);
 */
export function createExpressions(): Expressions {
  const templates = createTemplates();
  const parsed = new Map<string, Template[]>();
  const conditions = new WeakMap<object, Condition>();
  return {
    test(rule, scope) {
      if (typeof rule !== 'object' || rule === null) return parseCondition(rule)(scope);
      const condition = conditions.get(rule) ?? parseCondition(rule);
      conditions.set(rule, condition);
      return condition(scope);
    },
    read: (path, scope) => readPath(scope, path),
    render(template, scope) {
      let ready = parsed.get(template);
      if (ready === undefined) {
        ready = templates.parse(template);
        // A plugin may render texts that it makes itself: keep a bounded number.
        if (parsed.size >= KEPT) parsed.clear();
        parsed.set(template, ready);
      }
      return templates.render(ready, scope);
    },
  };
}
