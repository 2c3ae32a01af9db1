import { type Household, makeHouseholds } from './household.js';
import { Random } from './random.js';
import { HouseholdStream, type Item } from './stream.js';
import { POISON, type Sent, type Workload } from './types.js';

const CLIENTS = 8;
/** Each of the people makes so many calls at least. */
export const CALLS_EACH = 2;

export interface WorkloadOptions {
  seed: number;
  events: number;
  people: number;
  /** Whether some events kill whoever takes them. */
  poison?: boolean;
}

/** About `events` calls of `people` people; the same seed makes the same ones. */
export function makeWorkload({ seed, events, people, poison: poisoned = true }: WorkloadOptions): Workload {
  const random = new Random(seed);
  const households = makeHouseholds(random, people);
  const lengths = popularity(random, households, events);
  const poisonous = poisoned ? poisonousOnes(households.length, events) : new Set<number>();
  const streams: Item[][][] = Array.from({ length: CLIENTS }, () => []);
  households.forEach((household, n) => {
    const { items } = new HouseholdStream(random, household, `m${n}`, lengths[n] as number);
    if (poisonous.has(n)) items.splice(items.length >> 1, 0, poison(household, `m${n}`));
    (streams[n % CLIENTS] as Item[][]).push(items);
  });
  const clients = streams.map((own, client) => requestsOf(random, interleaved(random, own), client));
  return { seed, clients, sent: clients.flat(2), people };
}

/** One event in ten thousand kills whoever takes it. */
function poisonousOnes(households: number, events: number): Set<number> {
  const times = Math.max(1, Math.round(events / 10_000));
  return new Set(Array.from({ length: times }, (_, n) => Math.floor((n * households) / times)));
}

function poison({ members }: Household, name: string): Item {
  const anonymousId = members[0]?.devices[0] as string;
  const at = '2025-03-04T20:00:00.000Z';
  const call = { type: 'track', messageId: `${name}-poison`, timestamp: at, context: { copy: 0 }, event: POISON };
  return { call: { ...call, anonymousId }, bad: false };
}

/** Few households make many of the events: the n-th most popular one about 1/n of the first. */
function popularity(random: Random, households: readonly Household[], events: number): number[] {
  const lengths = households.map((household) => CALLS_EACH * household.members.length);
  const weights = households.map((_, n) => 1 / (n + 3));
  const sum = weights.reduce((a, b) => a + b, 0);
  // Copies and bursts come on top.
  const left = Math.max(0, Math.round(events * 0.88) - lengths.reduce((a, b) => a + b, 0));
  const places = households.map((_, n) => ({ n, at: random.next() })).sort((a, b) => a.at - b.at);
  for (const [rank, { n }] of places.entries()) {
    lengths[n] = (lengths[n] as number) + Math.round((left * (weights[rank] as number)) / sum);
  }
  return lengths;
}

/** One list out of several, each in its own order. */
function interleaved(random: Random, streams: Item[][]): Item[] {
  const open = streams.map((items) => ({ items, at: 0 })).filter(({ items }) => items.length > 0);
  const list: Item[] = [];
  while (open.length > 0) {
    const n = random.below(open.length);
    const stream = open[n] as { items: Item[]; at: number };
    // Longer streams give more at a time, so that all of them last to the end.
    const share = 1 + Math.floor(stream.items.length / 30);
    list.push(...stream.items.slice(stream.at, stream.at + share));
    stream.at += share;
    if (stream.at >= stream.items.length) open.splice(n, 1);
  }
  return list;
}

function requestsOf(random: Random, items: readonly Item[], client: number): Sent[][] {
  const requests: Sent[][] = [];
  for (let at = 0; at < items.length; ) {
    const size = random.pick([1, 2, 4, 8, 16, 40]);
    requests.push(items.slice(at, at + size).map((item, n) => ({ ...item, client, place: at + n })));
    at += size;
  }
  return requests;
}
