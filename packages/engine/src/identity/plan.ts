import type { Event } from '@tributary/sdk';
import type { MergeDecision } from '../profiles/profile.js';
import type { IdentifierDoc } from '../storage/port.js';
import type { Directory } from './directory.js';
import { People } from './people.js';
import { eventIdentifiers, type Identifier, type IdentityRules, identifierKey, ruleOf } from './rules.js';

export interface ExtraIdentifier extends Identifier {
  /** Joins known users too. */
  force: boolean;
}

export interface ResolveItem {
  /** Place in the batch. */
  index: number;
  event: Event;
  /** Identifiers that flows found in the event. */
  extra: readonly ExtraIdentifier[];
  /** Set for what goes to a profile that is known already (a resumed run, an emitted event). */
  profile?: string;
}

/** Two stored profiles are one person: they must be merged before the plan can go on. */
export class MergeNeeded extends Error {
  constructor(
    readonly a: string,
    readonly b: string,
    readonly by: MergeDecision['by'],
    readonly force: boolean,
  ) {
    super('merge needed');
  }
}

/**
 * Decides, event by event and in memory, whose each event is, and which claims that takes.
 * The rules are in docs/identity.md.
 */
export class Plan {
  readonly people: People;
  /** Identifiers to claim, with the profile that shall have them. */
  readonly claims = new Map<string, string>();
  /** Claimed identifiers that go to somebody else: a device that changed hands, or a claim that came to nothing. */
  readonly moves = new Map<string, NonNullable<IdentifierDoc['moves']> | { to: string }>();
  readonly profileOf = new Map<number, string>();
  /** Profiles that a rule gave identifiers of known users to. */
  readonly #stated = new Set<string>();
  /** Identifiers of an item that its profile had when its turn came. */
  readonly identifiersOf = new Map<number, Identifier[]>();

  constructor(
    private readonly directory: Directory,
    private readonly rules: IdentityRules,
    private readonly batch: string,
    /** Items before this place were done in an earlier part of the batch. */
    private readonly from: number,
    private readonly newId: (key: string) => string,
  ) {
    this.people = new People(directory, rules);
  }

  /** Throws MergeNeeded. */
  take(item: ResolveItem): void {
    const { event, index } = item;
    const identifiers = item.profile ? [] : eventIdentifiers(this.rules, event);
    const user = identifiers.find((i) => i.type === 'userId');
    const device = identifiers.find((i) => i.type === 'anonymousId');
    let profile: string;
    if (item.profile) profile = this.directory.root(item.profile);
    else if (user) profile = this.#ofUser(user, device, item);
    else profile = this.#ofDevice(device as Identifier);
    const previous = event.type === 'alias' && !item.profile ? this.#alias(profile, event) : [];
    const others = identifiers.filter((i) => i !== user && i !== device).map((i) => ({ ...i, force: false }));
    for (const other of byPriority(this.rules, [...others, ...item.extra])) {
      profile = this.people.find(profile);
      this.#other(profile, other, event);
    }
    this.profileOf.set(index, profile);
    // As of now: what later events of the batch change is theirs.
    const stated = [...identifiers, ...previous, ...item.extra.map(({ type, value }) => ({ type, value }))];
    this.identifiersOf.set(
      index,
      stated.filter((identifier) => this.owner(identifier) === this.people.find(profile)),
    );
  }

  /** The profile that has this identifier now; undefined when nobody has. */
  owner(identifier: Identifier): string | undefined {
    const key = identifierKey(identifier);
    const known = this.people.owner(key);
    if (known) return known;
    const doc = this.directory.identifiers.get(key);
    if (!doc) return undefined;
    const owner = this.directory.root(this.#start(doc));
    if (!doc.stated && this.people.neverArrived(owner, identifier)) return undefined;
    this.people.give(key, owner, identifier);
    return owner;
  }

  /** Where the identifier was when this part of the batch began: a repeat of the batch must see the same. */
  #start(doc: IdentifierDoc): string {
    if (doc.moves?.batch !== this.batch) return doc.profile;
    return doc.moves.steps.findLast((step) => step.index < this.from)?.profile ?? doc.moves.base;
  }

  /** True when what this plan claims for the profile must hold against the merges of other workers. */
  isStated(profile: string): boolean {
    return [...this.#stated].some((id) => this.people.find(id) === profile);
  }

  #claim(identifier: Identifier, profile: string): string {
    const key = identifierKey(identifier);
    if (this.directory.identifiers.has(key)) this.moves.set(key, { to: profile });
    else this.claims.set(key, profile);
    this.people.give(key, profile, identifier);
    return profile;
  }

  #fresh(identifier: Identifier): string {
    return this.#claim(identifier, this.people.create(this.newId(identifierKey(identifier))));
  }

  /** A bare device is the last user's who identified on it, or a visitor's of its own. */
  #ofDevice(device: Identifier): string {
    return this.owner(device) ?? this.#fresh(device);
  }

  /** An event with a userId is that user's; a device without a user joins the user. */
  #ofUser(user: Identifier, device: Identifier | undefined, { event, index }: ResolveItem): string {
    const had = device && this.owner(device);
    let profile = this.owner(user);
    if (!profile) {
      profile = had && !this.people.isKnown(had) ? this.#claim(user, had) : this.#fresh(user);
    }
    if (!device || had === profile) return profile;
    if (!had) {
      if (this.people.takes(profile, device, false)) this.#claim(device, profile);
    } else if (!this.people.isKnown(had)) this.#join(profile, had, event, 'identify', false);
    else if (event.type === 'identify') this.#moveDevice(device, index, had, profile);
    return this.people.find(profile);
  }

  /** The device is the new user's from here on; what it did before stays with the one before. */
  #moveDevice(device: Identifier, index: number, from: string, to: string): void {
    const key = identifierKey(device);
    const doc = this.directory.identifiers.get(key);
    let moves = this.moves.get(key);
    if (!moves || 'to' in moves) {
      const mine = doc?.moves?.batch === this.batch ? doc.moves : undefined;
      const earlier = mine?.steps.filter((step) => step.index < this.from) ?? [];
      moves = { batch: this.batch, base: mine?.base ?? from, steps: earlier };
      this.moves.set(key, moves);
    }
    moves.steps.push({ index, profile: to });
    this.people.give(key, to, device);
  }

  /** The earlier id, a user's or a device's, is this person too: the sender says so, so known users are joined. */
  #alias(profile: string, event: Event): Identifier[] {
    const value = event.previousId as string;
    const previous = { type: 'userId', value };
    const had = this.owner(previous) ?? this.owner({ type: 'anonymousId', value });
    if (had && had !== profile) this.#join(profile, had, event, 'alias', true);
    else if (!had && this.people.takes(profile, previous, true)) {
      this.#claim(previous, profile);
      this.#stated.add(profile);
    }
    return [previous];
  }

  /** E-mail, phone, ...: claimed when free, else a reason to join, unless both are known users. */
  #other(profile: string, identifier: ExtraIdentifier, event: Event): void {
    const had = this.owner(identifier);
    if (had === profile) return;
    if (had) this.#join(profile, had, event, identifier.type, identifier.force);
    else if (this.people.takes(profile, identifier, identifier.force)) {
      this.#claim(identifier, profile);
      if (identifier.force) this.#stated.add(profile);
    }
  }

  #join(a: string, b: string, event: Event, rule: string, force: boolean): boolean {
    if (!this.people.mayJoin(a, b, force)) return false;
    if (this.people.join(a, b)) {
      if (force) this.#stated.add(this.people.find(a));
      return true;
    }
    throw new MergeNeeded(a, b, { event: event.id, source: event.source, rule }, force);
  }
}

/** Strongest first: when limits or conflicts leave room for one, it is the stronger. */
function byPriority(rules: IdentityRules, identifiers: ExtraIdentifier[]): ExtraIdentifier[] {
  return identifiers.toSorted((a, b) => ruleOf(rules, a.type).priority - ruleOf(rules, b.type).priority);
}
