import type { Client } from '../http/client.js';
import type { Sent } from '../properties/visit.js';
import type { Row } from '../run/quarantine.js';
import { sameJson } from './equal.js';
import { hold } from './fault.js';

export interface TimelineEvent {
  id: string;
  type: string;
  messageId: string;
  name?: string;
  timestamp: string;
  receivedAt: string;
  context: object;
  properties?: object;
  traits?: object;
  profile: string;
  sequence: number;
}
export interface Timeline {
  items: TimelineEvent[];
  next: string | null;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What a reader makes of a value once it was written: `1e400`, which no double holds, is null. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

const objectOf = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** An event of a timeline is the call that was sent. */
export function checkTimeline(event: TimelineEvent, { call, context }: Sent): void {
  const same = (what: string, is: unknown, was: unknown) =>
    hold(sameJson(is, written(was)), () => `${what} is ${show(is)}, and ${show(written(was))} was sent`);
  same('type', event.type, call.type);
  same('context', event.context, { ...objectOf(context), ...objectOf(call.context) });
  if (event.type === 'identify' || event.type === 'group') same('traits', event.traits, call.traits ?? {});
  else if (event.type === 'track') same('properties', event.properties, call.properties ?? {});
  else if (event.type !== 'alias') {
    const category = typeof call.category === 'string' ? { category: call.category } : {};
    same('properties', event.properties, { ...category, ...objectOf(call.properties) });
  }
  const name = event.type === 'track' ? call.event : call.name;
  if (typeof name === 'string' && name !== '' && ['track', 'page', 'screen'].includes(event.type)) {
    same('name', event.name, name);
  }
  hold(ISO.test(event.timestamp) && ISO.test(event.receivedAt), () => `No time: ${event.timestamp}`);
  hold(event.timestamp <= event.receivedAt, () => `It happened at ${event.timestamp}, after ${event.receivedAt}`);
}

/** A row of the quarantine is the call that was sent, with the place and the reason. */
export function checkQuarantined(row: Row, { call, good }: Sent): void {
  hold(!good, () => `A call that breaks no rule is in quarantine: ${row.code} ${row.reason} ${show(call)}`);
  hold(/^[A-Z_]+$/.test(row.code) && row.reason.length > 5, () => `Quarantined without a reason: ${show(row)}`);
  hold(row.path === '' || row.path.startsWith('/'), () => `No place: ${row.path}`);
  const { raw } = row;
  if (typeof raw === 'object' && raw !== null && 'shortened' in raw) return;
  hold(sameJson(raw, written(call)), () => `Quarantined is ${show(raw)}, and ${show(written(call))} was sent`);
}

/** The traits of the person are those of the identifies, the newest of each (G9). */
export async function checkTraits(client: Client, found: TimelineEvent[]): Promise<void> {
  const [first] = found;
  if (first === undefined || found.some(({ profile }) => profile !== first.profile)) return;
  const expected = new Map<string, { value: unknown; at: string }>();
  for (const { traits, timestamp: at } of ofIdentifies(found)) {
    for (const key of Object.keys(traits ?? {})) {
      const there = expected.get(key);
      const value = Object.getOwnPropertyDescriptor(traits, key)?.value as unknown;
      if (there === undefined || at >= there.at) expected.set(key, { value, at });
    }
  }
  const profile = await client.read<{ id: string; traits: object }>(`/api/profiles/${first.profile}`);
  hold(profile !== undefined, 'The profile of an event is gone');
  if (profile.id !== first.profile) return;
  const wanted = Object.fromEntries([...expected].map(([key, { value }]) => [key, value]));
  hold(sameJson(profile.traits, wanted), () => `Traits are ${show(profile.traits)}, and should be ${show(wanted)}`);
}

function ofIdentifies(found: TimelineEvent[]): TimelineEvent[] {
  return found.filter(({ type }) => type === 'identify').sort((a, b) => a.sequence - b.sequence);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 1_000);
}
