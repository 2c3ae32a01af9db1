import { describe, expect, it } from 'vitest';
import type { Observed, ObservedEvent, ObservedProfile } from '../oracle/observed.js';
import type { Call, Sent } from '../workload/types.js';
import { shrink } from './shrink.js';

const call = (messageId: string, anonymousId: string): Call => ({
  type: 'page',
  messageId,
  anonymousId,
  timestamp: '2025-03-04T20:00:00.000Z',
  context: { copy: 0 },
});

const sent: Sent[] = ['m1-0', 'm1-1', 'm1-2', 'm2-0', 'm2-1'].map((id, place) => ({
  call: call(id, id.startsWith('m1') ? 'device-1-0' : 'device-2-0'),
  client: 0,
  place,
  bad: false,
}));

/** A profile as it would be read, with these messages in this order. */
function profile(id: string, device: string, messages: string[]): ObservedProfile {
  const timeline = messages.map(
    (messageId, n) =>
      ({ profile: id, sequence: n + 1, event: { ...call(messageId, device), id: messageId } }) as ObservedEvent,
  );
  return { id, identifiers: [{ type: 'anonymousId', value: device }], absorbed: [], timeline } as never;
}

const observed = (one: string[], two: string[]): Observed => ({
  profiles: [profile('p1', 'device-1-0', one), profile('p2', 'device-2-0', two)].map((made) => ({
    ...made,
    ...{ traits: {}, segments: {}, consents: {}, events: {}, devices: {}, sessions: { days: {} }, ledger: [] },
  })),
  lookups: { 'anonymousId:device-1-0': 'p1', 'anonymousId:device-2-0': 'p2' },
  quarantine: [],
  deadLetters: [],
  deliveries: [],
  accounting: {
    accepted: 5,
    waiting: 0,
    applied: 5,
    duplicate: 0,
    quarantined: 0,
    deadLettered: 0,
    emitted: 0,
    nodes: {},
  },
  hooks: [],
});

const ids = (list: Sent[]) => list.map(({ call: { messageId } }) => messageId);

describe('a counter-example', () => {
  it('of a lost message is that message', () => {
    const evidence = { sent, observed: observed(['m1-0', 'm1-2'], ['m2-0', 'm2-1']), again: 0 };
    const what = 'm1-1 of anonymousId:device-1-0 is lost';
    expect(ids(shrink(evidence, { promise: 'G1', what }))).toEqual(['m1-1']);
  });

  it('of a wrong order is the two that changed places', () => {
    const evidence = { sent, observed: observed(['m1-0', 'm1-2', 'm1-1'], ['m2-0', 'm2-1']), again: 0 };
    const what = 'under the key device-1-0, m1-1 was accepted before m1-2, and applied after it';
    expect(ids(shrink(evidence, { promise: 'G2', what }))).toEqual(['m1-1', 'm1-2']);
  });

  it('of a sum over everybody has no events of its own', () => {
    const evidence = { sent, observed: observed(['m1-0', 'm1-1', 'm1-2'], ['m2-0', 'm2-1']), again: 0 };
    expect(shrink(evidence, { promise: 'G7', what: 'applied is 4, should be 5' })).toEqual([]);
  });
});
