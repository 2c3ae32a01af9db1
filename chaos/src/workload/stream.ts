import { Clock } from './clock.js';
import type { Household, Member } from './household.js';
import type { Random } from './random.js';
import { type Call, keyOf } from './types.js';

export interface Item {
  call: Call;
  bad: boolean;
}

type Who = Pick<Call, 'anonymousId' | 'userId'>;

const CITIES = ['Berlin', 'Porto', 'Lyon', 'Turku', 'Gdansk'];
const PLANS = ['free', 'basic', 'pro', 'team'];

/**
 * The calls of one household, in the order in which its client sends them. Who a call belongs to in the end follows
 * from the order under each partition key alone, not from which partition is quicker: a bare device gives an e-mail
 * only where the device and the e-mail belong to one person, a family's e-mail is given by known users only (who gets
 * it is open: the oracle takes either), and copies under another key come only once both keys' devices are signed in.
 */
export class HouseholdStream {
  readonly items: Item[] = [];
  readonly #clock: Clock;
  /** Devices on which somebody has signed in by now. */
  readonly #signedIn = new Set<string>();
  readonly #later: { after: number; item: Item }[] = [];
  #messages = 0;

  constructor(
    private readonly random: Random,
    private readonly household: Household,
    private readonly name: string,
    private readonly length: number,
  ) {
    this.#clock = new Clock(random);
    const aliasAt = Math.floor(length * 0.6);
    for (let n = 0; n < length; n++) {
      this.#one(this.random.pick(household.members), n / length);
      if (n === aliasAt) this.#aliases(n / length);
      this.#flush(n);
    }
    this.#flush(Number.POSITIVE_INFINITY);
  }

  #one(member: Member, progress: number): void {
    if (this.random.chance(0.015)) {
      this.#bad(member, progress);
      return;
    }
    const who = this.#who(member, progress);
    const kind = this.random.weighted({ view: 34, order: 11, plan: 11, cart: 11, page: 14, identify: 17, group: 2 });
    if (kind === 'identify') this.#identify(member, who, progress);
    else if (kind === 'page') this.#page(who, progress);
    else if (kind === 'plan') this.#plans(member, who, progress);
    else {
      const fields: Partial<Call> = {};
      if (kind === 'view') Object.assign(fields, { event: 'Product Viewed', properties: this.#some('product', 50) });
      if (kind === 'order') Object.assign(fields, { event: 'Order Completed', properties: this.#some('total', 500) });
      if (kind === 'cart') Object.assign(fields, { event: 'Cart Updated', properties: this.#some('items', 4) });
      if (kind === 'group') Object.assign(fields, { type: 'group', groupId: 'shoppers', traits: { size: 3 } });
      const at = this.#clock.at(keyOf(who), progress);
      this.#add({ ...this.#call('track', at), ...fields, ...who }, member);
    }
  }

  /** Some come as a burst of one moment: the last of them is what holds. */
  #plans(member: Member, who: Who, progress: number): void {
    const at = this.#clock.at(keyOf(who), progress);
    const times = this.random.pick([1, 1, 3]);
    for (let step = 0; step < times; step++) {
      const properties = { plan: this.random.pick(PLANS), step };
      this.#add({ ...this.#call('track', at), event: 'Plan Changed', properties, ...who }, member);
    }
  }

  #some(name: string, below: number): { [key: string]: number } {
    return { [name]: this.random.below(below) };
  }

  #who(member: Member, progress: number): Who {
    const { user, old, devices } = member;
    if (user === undefined) return { anonymousId: this.random.pick(devices) };
    const userId = old !== undefined && progress < 0.6 && this.random.chance(0.7) ? old : user;
    const { shared } = this.household;
    const where = this.random.weighted({ own: 62, shared: shared === undefined ? 0 : 26, none: 12 });
    if (where === 'none') return { userId };
    const anonymousId = where === 'own' ? this.random.pick(devices) : (shared as string);
    return this.random.chance(0.4) ? { anonymousId, userId } : { anonymousId };
  }

  #identify(member: Member, given: Who, progress: number): void {
    const own = given.anonymousId === undefined || given.anonymousId !== this.household.shared;
    // On the device of several people nobody says who they are without signing in.
    const who: Who = own || given.userId !== undefined ? given : { ...given, userId: member.user as string };
    const traits: Call['traits'] = { name: `Name ${this.random.below(9)}` };
    if (this.random.chance(0.3)) traits.city = this.random.pick(CITIES);
    if (this.random.chance(0.15)) traits.plan = this.random.pick(PLANS);
    if (this.random.chance(0.15)) traits.phone = member.phone;
    if (who.userId !== undefined && this.household.family !== undefined && this.random.chance(0.2)) {
      traits.email = this.household.family;
    } else if (this.random.chance(0.4)) {
      traits.email = this.random.chance(0.5) ? member.email : ` ${member.email.toUpperCase()}`;
    }
    this.#add({ ...this.#call('identify', this.#clock.at(keyOf(who), progress)), ...who, traits }, member);
  }

  #page(who: Who, progress: number): void {
    const consents = this.random.chance(0.2);
    const at = consents ? this.#clock.forConsent(keyOf(who), progress) : this.#clock.at(keyOf(who), progress);
    const call: Call = { ...this.#call('page', at), ...who, name: 'Home', properties: {} };
    if (consents) call.context.consent = { categoryPreferences: { marketing: this.random.chance(0.6) } };
    this.#add(call);
  }

  #aliases(progress: number): void {
    for (const { user, old } of this.household.members) {
      if (user === undefined || old === undefined) continue;
      this.#add({ ...this.#call('alias', this.#clock.at(user, progress)), userId: user, previousId: old });
    }
  }

  #bad(member: Member, progress: number): void {
    const device = member.devices[0] as string;
    const call = { ...this.#call('track', this.#clock.at(device, progress)), anonymousId: device, event: 'Bad' };
    const kind = this.random.pick(['type', 'time', 'nobody', 'nameless'] as const);
    if (kind === 'type') call.type = 'tarck';
    if (kind === 'time') call.timestamp = 'yesterday';
    if (kind === 'nobody') call.anonymousId = 'null';
    if (kind === 'nameless') call.event = '';
    const item = { call, bad: true };
    this.items.push(item);
    if (this.random.chance(0.2)) this.#copy(item, {});
  }

  #call(type: string, timestamp: string): Call {
    return { type, messageId: `${this.name}-${this.#messages++}`, timestamp, context: { copy: 0 } };
  }

  /** With a member, copies may come under another of the member's keys. */
  #add(call: Call, member?: Member): void {
    const item = { call, bad: false };
    this.items.push(item);
    const elsewhere = member && this.#elsewhere(call, member);
    if (call.userId !== undefined && call.anonymousId !== undefined) this.#signedIn.add(call.anonymousId);
    if (!this.random.chance(0.05)) return;
    this.#copy(item, elsewhere && this.random.chance(0.6) ? elsewhere : {});
    if (this.random.chance(0.2)) this.#copy(item, {}, 2);
  }

  /** Another key for a copy of this call, where it does not matter which of the two is applied. */
  #elsewhere(call: Call, member: Member): { anonymousId?: string | undefined } | undefined {
    const counts = call.event === 'Product Viewed' || call.event === 'Order Completed';
    if (!counts || call.userId === undefined || !this.#signedIn.has(call.anonymousId ?? '')) return undefined;
    const others = member.devices.filter((device) => device !== call.anonymousId && this.#signedIn.has(device));
    return { anonymousId: others.length > 0 && this.random.chance(0.5) ? this.random.pick(others) : undefined };
  }

  #copy({ call, bad }: Item, change: { anonymousId?: string | undefined }, n = 1): void {
    const copied = { ...call, ...change, context: { ...call.context, copy: n } } as Call;
    if (copied.anonymousId === undefined) delete copied.anonymousId;
    this.#later.push({ after: this.items.length + this.random.pick([0, 1, 5, 30]), item: { call: copied, bad } });
  }

  #flush(n: number): void {
    for (let i = 0; i < this.#later.length; ) {
      const later = this.#later[i] as { after: number; item: Item };
      if (n !== Number.POSITIVE_INFINITY && later.after > this.items.length) i++;
      else {
        this.items.push(later.item);
        this.#later.splice(i, 1);
      }
    }
  }
}
