import type { Event } from '@tributary/sdk';
import type { Identifier } from '../identity/rules.js';
import { countEvent } from './counts.js';
import type { Mark, Origin, Profile, Session } from './profile.js';
import { enterSession } from './sessions.js';
import { setTrait } from './traits.js';

export interface Applied {
  sequence: number;
  session: Session | undefined;
}

/** What an event does to its profile before any flow: identifiers, counts, session, consents, the traits of an identify. */
export function applyEvent(
  profile: Profile,
  event: Event,
  identifiers: readonly Identifier[],
  mark: Pick<Mark, 'partition' | 'batch' | 'after' | 'message'>,
): Applied {
  const at = event.timestamp;
  const by: Origin = { event: event.id, source: event.source };
  addIdentifiers(profile, identifiers, at, by);
  if (!profile.firstSeen || at < profile.firstSeen) profile.firstSeen = at;
  if (at > profile.lastSeen) profile.lastSeen = at;
  countEvent(profile, event.type === 'track' && event.name ? event.name : event.type, at);
  const session = event.anonymousId ? enterSession(profile, event.anonymousId, at, event.id) : undefined;
  for (const [purpose, granted] of Object.entries(event.consent ?? {})) {
    const own = profile.consents[purpose];
    if (!own || at >= own.at) profile.consents[purpose] = { granted, at };
  }
  if (event.type === 'identify') {
    for (const [key, value] of Object.entries(event.traits ?? {})) setTrait(profile, key, value, at, by);
  }
  profile.sequence++;
  profile.marks.push({
    ...mark,
    profile: profile.id,
    sequence: profile.sequence,
    ...(session && { session: session.id }),
  });
  return { sequence: profile.sequence, session };
}

export function addIdentifiers(profile: Profile, identifiers: readonly Identifier[], at: string, by: Origin): void {
  for (const { type, value } of identifiers) {
    const known = profile.identifiers.some((i) => i.type === type && i.value === value);
    if (!known) profile.identifiers.push({ type, value, at, by });
  }
}
