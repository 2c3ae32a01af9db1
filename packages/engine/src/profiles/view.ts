import type { Json, JsonObject, ProfileView } from '@tributary/sdk';
import { total } from './counts.js';
import type { Profile } from './profile.js';
import { record } from './record.js';

/** What conditions, templates and pages read: plain values. A trait with the key `a.b` is found at `traits.a.b`. */
export function viewOf(profile: Profile): ProfileView {
  const identifiers = record<string[]>();
  for (const { type, value } of profile.identifiers) {
    const values = identifiers[type];
    if (values) values.push(value);
    else identifiers[type] = [value];
  }
  const events = record<number>();
  for (const name in profile.events)
    events[name] = total((profile.events[name] as { days: { [d: string]: number } }).days);
  const segments = record<true>();
  for (const name of segmentsOf(profile)) segments[name] = true;
  return {
    id: profile.id,
    identifiers,
    traits: nestedTraits(profile),
    events,
    segments,
    sessions: total(profile.sessions.days),
    firstSeen: profile.firstSeen,
    lastSeen: profile.lastSeen,
  };
}

/** Names of the segments that it is in, sorted. */
export function segmentsOf(profile: Profile): string[] {
  return Object.keys(profile.segments)
    .filter((name) => profile.segments[name]?.member)
    .sort();
}

/** Values of the traits that it has, by key. */
export function traitsOf(profile: Profile): JsonObject {
  const traits: JsonObject = record<Json>();
  for (const [key, trait] of Object.entries(profile.traits)) if (!trait.gone) traits[key] = trait.value;
  return traits;
}

function nestedTraits(profile: Profile): JsonObject {
  const nested = traitsOf(profile);
  for (const key of Object.keys(nested)) {
    if (!key.includes('.')) continue;
    const steps = key.split('.');
    const last = steps.pop() as string;
    let at: JsonObject = nested;
    for (const step of steps) {
      const there = Object.hasOwn(at, step) ? at[step] : undefined;
      // A copy: the object may be the value of a stored trait.
      const next: JsonObject = record(
        Object.entries(typeof there === 'object' && there !== null && !Array.isArray(there) ? there : {}),
      );
      at[step] = next;
      at = next;
    }
    at[last] = nested[key] as Json;
  }
  return nested;
}
