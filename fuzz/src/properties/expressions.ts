import fc from 'fast-check';
import { anyTemplate } from '../arbitraries/liquid.js';
import { anyRule } from '../arbitraries/logic.js';
import { anyData, type Data, propertiesOf } from '../arbitraries/scope.js';
import { hold } from '../checks/fault.js';

type Engine = typeof import('../../../packages/engine/src/flows/expressions/index.js');

/** A condition or a template, and what it looks at. */
export interface Expression {
  text: unknown;
  data: Data;
}

export interface ExpressionKind {
  name: 'condition' | 'template';
  cases: fc.Arbitrary<Expression>;
  /** Throws when it does not hold. */
  check(one: Expression, limit: number): void;
}

// Not public: conditions and templates are part of flows. Here they are tried by the thousand, without one.
const address = new URL('../../../packages/engine/dist/flows/expressions/index.js', import.meta.url).href;
const { createExpressions, ExpressionError } = (await import(address)) as Engine;

/** Each is refused or worked out, with nothing but an ExpressionError, within the time. */
export const EXPRESSIONS: readonly ExpressionKind[] = [
  {
    name: 'condition',
    cases: fc.record({ text: anyRule, data: anyData }),
    check: (one, limit) =>
      check(one, limit, (expressions, scope) => {
        const holds: unknown = expressions.test(one.text as never, scope);
        hold(typeof holds === 'boolean', () => `A condition gave ${typeof holds}`);
      }),
  },
  {
    name: 'template',
    cases: fc.record({ text: anyTemplate, data: anyData }),
    check: (one, limit) =>
      check(one, limit, (expressions, scope) => {
        const text: unknown = expressions.render(one.text as string, scope);
        hold(typeof text === 'string', () => `A template gave ${typeof text}`);
      }),
  },
];

type Expressions = ReturnType<Engine['createExpressions']>;
type Scope = Parameters<Expressions['test']>[1];

function check({ data }: Expression, limit: number, work: (expressions: Expressions, scope: Scope) => void): void {
  const scope = scopeOf(data);
  const before = JSON.stringify(scope);
  for (let tries = 1; ; tries++) {
    const begun = performance.now();
    try {
      work(createExpressions(), scope);
    } catch (error) {
      const told = error instanceof ExpressionError && error.code !== '' && error.message.length > 5;
      if (!told) throw error;
    }
    const ms = performance.now() - begun;
    if (ms <= limit) break;
    hold(tries < 3, () => `It took ${Math.round(ms)} ms, and the limit is ${limit} ms`);
  }
  hold(JSON.stringify(scope) === before, 'It changed what it looked at');
  const polluted = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).length !== OWN;
  hold(!polluted, 'Object.prototype is not what it was');
}

const OWN = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).length;

function scopeOf(data: Data): Scope {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    event: {
      id: 'e',
      type: 'track',
      name: 'Viewed',
      messageId: 'm',
      source: 's',
      timestamp: at,
      receivedAt: at,
      anonymousId: 'a',
      context: {},
      properties: propertiesOf(data),
    } as Scope['event'],
    profile: { id: 'p', traits: { plan: 'pro' }, segments: [], identifiers: [] } as unknown as Scope['profile'],
    session: null,
    input: null,
    now: at,
  };
}
