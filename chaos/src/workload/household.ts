import type { Random } from './random.js';

/** Somebody who visits the shop. */
export interface Member {
  /** Absent for a visitor who never signs in. */
  user?: string;
  /** An id of before, joined with `user` by an alias. */
  old?: string;
  devices: string[];
  email: string;
  phone: string;
}

/** People who share a device and an e-mail, so all their calls are sent by one client. */
export interface Household {
  members: Member[];
  /** Used by all members who sign in. */
  shared?: string;
  /** An e-mail that several known users give. */
  family?: string;
}

/** People in households, mostly of one. */
export function makeHouseholds(random: Random, people: number): Household[] {
  const households: Household[] = [];
  for (let n = 0; n < people; ) {
    const size = Math.min(people - n, random.pick([1, 1, 1, 1, 2, 2, 3]));
    const members = Array.from({ length: size }, (_, i) => makeMember(random, n + i));
    const users = members.filter((member) => member.user !== undefined).length;
    households.push({
      members,
      ...(users > 1 && random.chance(0.7) && { shared: `shared-${n}` }),
      ...(users > 1 && random.chance(0.5) && { family: `family-${n}@example.com` }),
    });
    n += size;
  }
  return households;
}

function makeMember(random: Random, n: number): Member {
  const known = random.chance(0.75);
  return {
    ...(known && { user: `user-${n}` }),
    ...(known && random.chance(0.15) && { old: `old-${n}` }),
    devices: Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, i) => `device-${n}-${i}`),
    email: `person-${n}@example.com`,
    phone: `+49151${20_000_000 + n}`,
  };
}
