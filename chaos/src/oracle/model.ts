import type { Call, Json } from '../workload/types.js';

/** A value with the time of the event that set it, and its place in the order: of equal times the later one holds. */
export interface Stamped<T> {
  value: T;
  at: string;
  order: number;
  by: { messageId: string; flow?: string };
}

/** What a profile has to hold, apart from its identifiers. */
export class Model {
  readonly traits = new Map<string, Stamped<Json>>();
  readonly sums = new Map<string, { value: number; at: string }>();
  readonly segments = new Map<string, Stamped<boolean>>();
  readonly consents = new Map<string, Stamped<boolean>>();
  readonly counts = new Map<string, { days: { [day: string]: number }; first: string; last: string }>();
  /** Times of the events of each device. */
  readonly devices = new Map<string, string[]>();
  firstSeen = '';
  lastSeen = '';

  /** What the call does by itself, and what the flows of the test make of it. `order` is its place among its profile's. */
  apply(call: Call, order: number): void {
    this.#see(call, call.type === 'track' ? (call.event as string) : call.type);
    const by = { messageId: call.messageId };
    const stamp = { at: call.timestamp, order, by };
    for (const [purpose, granted] of Object.entries(call.context.consent?.categoryPreferences ?? {}))
      keepLatest(this.consents, purpose, { ...stamp, value: granted });
    if (call.type === 'identify') {
      for (const [key, value] of Object.entries(call.traits ?? {})) keepLatest(this.traits, key, { ...stamp, value });
    }
    if (call.type === 'track') this.#flows(call, stamp);
  }

  #flows(call: Call, stamp: Omit<Stamped<Json>, 'value'>): void {
    const { properties = {}, timestamp } = call;
    if (call.event === 'Plan Changed') {
      const by = { ...stamp.by, flow: 'plan' };
      keepLatest(this.traits, 'plan', { ...stamp, by, value: properties.plan as Json });
      keepLatest(this.traits, 'step', { ...stamp, by, value: properties.step as Json });
    }
    if (call.event === 'Cart Updated') {
      keepLatest(this.segments, 'full-cart', { ...stamp, value: (properties.items as number) > 0 });
      // When the wait is over.
      this.#add('waited', 1, timestamp);
    }
    if (call.event === 'Order Completed') {
      this.#add('orders', 1, timestamp);
      this.#add('revenue', properties.total as number, timestamp);
      // Once the webhook was told, and once the emitted event came round.
      this.#add('told', 1, timestamp);
      this.#add('counted', properties.total as number, timestamp);
      this.#see(call, 'Order Counted');
    }
  }

  #see({ timestamp: at, anonymousId }: Call, name: string): void {
    if (this.firstSeen === '' || at < this.firstSeen) this.firstSeen = at;
    if (at > this.lastSeen) this.lastSeen = at;
    const count = this.counts.get(name) ?? { days: {}, first: at, last: at };
    const day = at.slice(0, 10);
    count.days[day] = (count.days[day] ?? 0) + 1;
    if (at < count.first) count.first = at;
    if (at > count.last) count.last = at;
    this.counts.set(name, count);
    if (anonymousId === undefined) return;
    const times = this.devices.get(anonymousId) ?? [];
    times.push(at);
    this.devices.set(anonymousId, times);
  }

  #add(key: string, n: number, at: string): void {
    const sum = this.sums.get(key) ?? { value: 0, at };
    this.sums.set(key, { value: sum.value + n, at: sum.at > at ? sum.at : at });
  }
}

function keepLatest<T>(map: Map<string, Stamped<T>>, key: string, next: Stamped<T>): void {
  const there = map.get(key);
  if (!there || next.at > there.at || (next.at === there.at && next.order >= there.order)) map.set(key, next);
}

const GAP = 30 * 60_000;

/** Visits in a list of times: a gap of more than 30 minutes begins a new one. */
export function sessionsOf(times: readonly string[]): { startedAt: string; lastAt: string; events: number }[] {
  const sessions: { startedAt: string; lastAt: string; events: number }[] = [];
  for (const at of [...times].sort()) {
    const last = sessions.at(-1);
    if (last && Date.parse(at) - Date.parse(last.lastAt) <= GAP) {
      last.lastAt = at;
      last.events++;
    } else sessions.push({ startedAt: at, lastAt: at, events: 1 });
  }
  return sessions;
}
