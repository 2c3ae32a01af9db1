import type { Profile, StoredEvent } from '@tributary/engine';

/** A profile as the API shows it: without the inner life of the commit. */
export function showProfile(profile: Profile) {
  const traits = Object.entries(profile.traits).filter(([, trait]) => !trait.gone);
  return {
    id: profile.id,
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
    identifiers: profile.identifiers.map(({ type, value, at }) => ({ type, value, at })),
    traits: recordOf(traits, ({ value }) => value),
    segments: Object.keys(profile.segments).filter((name) => profile.segments[name]?.member),
    firstSeen: profile.firstSeen,
    lastSeen: profile.lastSeen,
    events: recordOf(Object.entries(profile.events), ({ days, first, last }) => ({ count: sum(days), first, last })),
    sessions: { count: sum(profile.sessions.days), latest: latestSessions(profile) },
    consents: profile.consents,
    absorbed: profile.absorbed.map(({ id }) => id),
    provenance: recordOf(traits, ({ at, by }) => ({ at, ...by })),
  };
}

/** An event of a timeline: the event itself, and its place. */
export function showEvent({ event, profile, sequence, session, emitted }: StoredEvent) {
  return {
    ...event,
    profile,
    sequence,
    ...(session !== undefined && { session }),
    ...(emitted && { emitted }),
  };
}

function latestSessions({ devices }: Profile) {
  return Object.entries(devices)
    .flatMap(([device, sessions]) => sessions.map(({ id, ...session }) => ({ id, device, ...session })))
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
    .slice(0, 20);
}

/** Without a prototype: a trait may be called `__proto__`. */
function recordOf<T, U>(entries: [string, T][], show: (value: T) => U): { [key: string]: U } {
  const record: { [key: string]: U } = Object.create(null);
  for (const [key, value] of entries) record[key] = show(value);
  return record;
}

function sum(days: { [day: string]: number }): number {
  return Object.values(days).reduce((total, n) => total + n, 0);
}
