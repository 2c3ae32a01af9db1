import { readFileSync } from 'node:fs';
import { checkedConfig, testPlugin } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import loyalty from './loyalty.js';

const levels = [
  { name: 'silver', points: 100 },
  { name: 'gold', points: 500 },
];

/** A purchase by someone who has these points. */
const buy = (total: unknown, loyaltyBefore: object = {}, config: object = {}) =>
  testPlugin(loyalty, {
    config: { levels, ...config },
    event: { name: 'Order Completed', properties: { total: total as number } },
    profile: { traits: { loyalty: { ...loyaltyBefore } } },
  });

describe('loyalty', () => {
  it('adds points for money spent', () => {
    const { port, profile } = buy(20.5, { points: 10 }, { pointsPerUnit: 2 });
    expect(port).toBe('out');
    expect(profile.get('traits.loyalty')).toEqual({ points: 51 });
  });

  it('goes on at `reached` when a level is new, and only then', () => {
    const first = buy(120);
    expect(first).toMatchObject({ port: 'reached', output: { level: 'silver', points: 120 } });
    expect(first.profile.get('traits.loyalty')).toEqual({ points: 120, level: 'silver' });
    expect(buy(20, { points: 120, level: 'silver' }).port).toBe('out');
    expect(buy(1_000, { points: 120, level: 'silver' }).output).toEqual({ level: 'gold', points: 1_120 });
  });

  it.each([undefined, '20', -5, 0, null])('gives nothing for %j', (total) => {
    const { port, profile } = buy(total, { points: 10 });
    expect([port, profile.get('traits.loyalty.points')]).toEqual(['out', 10]);
  });

  it('refuses levels that do not rise', () => {
    expect(() => buy(1, {}, { levels: [...levels].reverse() })).toThrowError('/levels/1/points');
  });

  it('takes the config of the example flow', () => {
    const flow = JSON.parse(readFileSync(new URL('./flow.json', import.meta.url), 'utf8')) as {
      nodes: { points: { config: never } };
    };
    expect(checkedConfig(loyalty, flow.nodes.points.config)).toMatchObject({ amount: 'event.properties.total' });
  });
});
