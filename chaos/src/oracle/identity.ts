import type { Call, Sent } from '../workload/types.js';

/** A person as the oracle sees it: what one profile has to be. */
export interface Person {
  name: string;
  /** `type:value`. */
  identifiers: Set<string>;
  /** E-mails of a family that this person gave: one of those who gave it has it, whoever was quicker. */
  contested: Set<string>;
  /** Applied calls, in the order of acceptance under each key. */
  calls: Sent[];
}

export interface People {
  persons: Person[];
  /** The person that an identifier leads to in the end. */
  ownerOf: Map<string, Person>;
  /** Who gave a family's e-mail. */
  claimants: Map<string, Set<Person>>;
}

/** A call, who takes it, and who owned its device then. */
interface Place {
  sent: Sent;
  of: string;
  owner: string | undefined;
}

/** Joins names into persons. */
class Union {
  readonly #parents = new Map<string, string>();

  find(name: string): string {
    let at = name;
    for (let up = this.#parents.get(at); up !== undefined; up = this.#parents.get(at)) at = up;
    return at;
  }

  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x !== y) this.#parents.set(x, y);
  }
}

/**
 * Whose is each applied call? The rules in short: a call with a userId is that user's; a device is its visitor's until
 * somebody signs in on it, who takes its history along; an `identify` by another user hands the device over; an e-mail
 * or a phone number joins its givers, but never two known users; an alias joins users.
 */
export function peopleOf(applied: readonly Sent[]): People {
  const union = new Union();
  const owners = new Map<string, string>();
  const places: Place[] = [];
  const families = new Map<string, Set<string>>();
  const ordered = [...applied].sort((a, b) => a.client - b.client || a.place - b.place);
  for (const sent of ordered) {
    const { call } = sent;
    const of = takerOf(call, owners, union);
    places.push({ sent, of, owner: owners.get(call.anonymousId ?? '') });
    if (call.type === 'alias') union.join(`userId:${call.previousId}`, of);
    for (const identifier of given(call)) {
      if (!identifier.startsWith('email:family-')) union.join(identifier, of);
      else families.set(identifier, (families.get(identifier) ?? new Set()).add(of));
    }
  }
  return gather(union, places, owners, families);
}

function takerOf(call: Call, owners: Map<string, string>, union: Union): string {
  const device = call.anonymousId;
  const user = call.userId === undefined ? undefined : `userId:${call.userId}`;
  if (device === undefined) return user as string;
  const visitor = `anonymousId:${device}`;
  const owner = owners.get(device) ?? visitor;
  owners.set(device, owner);
  if (user === undefined) return owner;
  if (owner === visitor) {
    union.join(visitor, user);
    owners.set(device, user);
  } else if (call.type === 'identify') owners.set(device, user);
  return user;
}

/** E-mail and phone of an identify, as they are stored. */
function given({ type, traits }: Call): string[] {
  if (type !== 'identify') return [];
  const { email, phone } = traits ?? {};
  return [
    ...(typeof email === 'string' ? [`email:${email.trim().toLowerCase()}`] : []),
    ...(typeof phone === 'string' ? [`phone:${phone}`] : []),
  ];
}

function gather(
  union: Union,
  places: readonly Place[],
  owners: ReadonlyMap<string, string>,
  families: ReadonlyMap<string, ReadonlySet<string>>,
): People {
  const persons = new Map<string, Person>();
  const person = (name: string): Person => {
    const root = union.find(name);
    const known = persons.get(root) ?? { name: root, identifiers: new Set(), contested: new Set(), calls: [] };
    persons.set(root, known);
    return known;
  };
  const ownerOf = new Map<string, Person>();
  for (const { sent, of, owner } of places) {
    const { call } = sent;
    const taker = person(of);
    taker.calls.push(sent);
    const certain = given(call).filter((identifier) => !families.has(identifier));
    if (call.userId !== undefined) certain.push(`userId:${call.userId}`);
    if (call.previousId !== undefined) certain.push(`userId:${call.previousId}`);
    for (const identifier of certain) {
      taker.identifiers.add(identifier);
      ownerOf.set(identifier, taker);
    }
    if (call.anonymousId !== undefined) {
      const holder = union.find(owners.get(call.anonymousId) as string);
      ownerOf.set(`anonymousId:${call.anonymousId}`, person(holder));
      if (person(owner as string) === taker) taker.identifiers.add(`anonymousId:${call.anonymousId}`);
    }
  }
  const claimants = new Map<string, Set<Person>>();
  for (const [email, names] of families) {
    const claims = new Set([...names].map(person));
    claimants.set(email, claims);
    for (const claim of claims) claim.contested.add(email);
  }
  return { persons: [...persons.values()], ownerOf, claimants };
}

/** The copies of each message, in the order of acceptance. */
export function copiesOf(sent: readonly Sent[]): Map<string, Sent[]> {
  const copies = new Map<string, Sent[]>();
  for (const one of sent) {
    const list = copies.get(one.call.messageId) ?? [];
    copies.set(one.call.messageId, list);
    list.push(one);
  }
  return copies;
}
