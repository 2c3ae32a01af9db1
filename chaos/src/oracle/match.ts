import type { People, Person } from './identity.js';
import type { Finding, Observed, ObservedProfile } from './observed.js';

/** Pairs of a person and its profile, found by identifiers; whatever cannot be paired is a finding. */
export function pair(people: People, { profiles, lookups }: Observed) {
  const findings: Finding[] = [];
  const say = (what: string) => findings.push({ promise: 'identity', what });
  const pairs = new Map<Person, ObservedProfile>();
  for (const profile of profiles) {
    const person = personOf(people, profile);
    if (!person) say(`profile ${profile.id} is nobody's: ${names(profile).join(' ')}`);
    else if (pairs.has(person)) say(`${person.name} has two profiles, ${pairs.get(person)?.id} and ${profile.id}`);
    else pairs.set(person, profile);
  }
  for (const person of people.persons) {
    const profile = pairs.get(person);
    if (!profile) say(`${person.name} has no profile`);
    else compareIdentifiers(person, profile, say);
  }
  for (const [identifier, person] of people.ownerOf) {
    const found = lookups[identifier];
    if (found !== pairs.get(person)?.id) say(`${identifier} leads to ${found}, not to ${person.name}`);
  }
  for (const [email, claimants] of people.claimants) {
    const holders = [...claimants].filter((person) => names(pairs.get(person)).includes(email));
    if (holders.length !== 1) say(`${holders.length} of ${claimants.size} people who gave ${email} have it`);
    else if (lookups[email] !== pairs.get(holders[0] as Person)?.id) say(`${email} leads to ${lookups[email]}`);
  }
  return { pairs, findings };
}

function personOf(people: People, profile: ObservedProfile): Person | undefined {
  const all = names(profile);
  // A device may be in the lists of several people who used it: a user is who the userId says.
  const strong = all.find((name) => name.startsWith('userId:')) ?? all.find((name) => people.ownerOf.has(name));
  return strong === undefined ? undefined : people.ownerOf.get(strong);
}

function compareIdentifiers(person: Person, profile: ObservedProfile, say: (what: string) => void): void {
  const has = new Set(names(profile));
  if (has.size !== profile.identifiers.length) say(`${person.name} has an identifier twice: ${names(profile)}`);
  const missing = [...person.identifiers].filter((name) => !has.has(name));
  const foreign = [...has].filter((name) => !person.identifiers.has(name) && !person.contested.has(name));
  if (missing.length > 0) say(`${person.name} lacks ${missing.join(' ')}`);
  if (foreign.length > 0) say(`${person.name} has ${foreign.join(' ')}, which is not theirs`);
}

function names(profile: ObservedProfile | undefined): string[] {
  return profile?.identifiers.map(({ type, value }) => `${type}:${value}`) ?? [];
}
