import type { Json, JsonObject, ProfileView } from '@tributary/sdk';
import { total } from './counts.js';
import type { Profile } from './profile.js';
import { record } from './record.js';

type Part = 'identifiers' | 'traits' | 'events' | 'segments' | 'sessions';

const PARTS: { [P in Part]: (profile: Profile) => ProfileView[P] } = {
  identifiers: identifiersOf,
  traits: nestedTraits,
  events: eventsOf,
  segments: (profile) => record(segmentsOf(profile).map((name) => [name, true] as [string, true])),
  sessions: (profile) => total(profile.sessions.days),
};

/**
 * The parts are properties of the view itself, as those of any plain value, and their accessors are the same for all
 * views. An object with accessors of its own gets a hidden class of its own, in which V8 keeps what they hold, here the
 * profile, until the next full garbage collection.
 */
class View {
  readonly #profile: Profile;
  readonly #made: Partial<ProfileView> = {};
  declare readonly id: string;
  declare readonly firstSeen: string;
  declare readonly lastSeen: string;

  static readonly #parts: PropertyDescriptorMap = Object.fromEntries(
    (Object.keys(PARTS) as Part[]).map((part) => [
      part,
      {
        enumerable: true,
        get(this: View) {
          return this.#made[part] ?? this.#make(part);
        },
      },
    ]),
  );

  constructor(profile: Profile) {
    this.#profile = profile;
    this.id = profile.id;
    Object.defineProperties(this, View.#parts);
    this.firstSeen = profile.firstSeen;
    this.lastSeen = profile.lastSeen;
  }

  #make<P extends Part>(part: P): ProfileView[P] {
    const made = PARTS[part](this.#profile);
    this.#made[part] = made;
    return made;
  }
}

/**
 * What conditions, templates and pages read: plain values. A trait with the key `a.b` is found at `traits.a.b`. Each part
 * is made when it is first read, as the profile is then: a condition reads one of them.
 */
export function viewOf(profile: Profile): ProfileView {
  return new View(profile) as View & ProfileView;
}

function identifiersOf(profile: Profile): ProfileView['identifiers'] {
  const identifiers = record<string[]>();
  for (const { type, value } of profile.identifiers) {
    const values = identifiers[type];
    if (values) values.push(value);
    else identifiers[type] = [value];
  }
  return identifiers;
}

function eventsOf(profile: Profile): ProfileView['events'] {
  const events = record<number>();
  for (const name in profile.events)
    events[name] = total((profile.events[name] as { days: { [d: string]: number } }).days);
  return events;
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
