import type { Directory } from './directory.js';
import { type Identifier, type IdentityRules, ruleOf, typeOf } from './rules.js';

/**
 * Who has which identifiers, in memory, while a plan is made: what is stored, and what the plan
 * has given so far. Profiles that the plan itself made up can be joined without a merge.
 */
export class People {
  readonly #owners = new Map<string, string>();
  readonly #given = new Map<string, Map<string, Set<string>>>();
  readonly #madeUp = new Map<string, string | null>();
  readonly #stored = new Map<string, Map<string, Set<string>>>();

  constructor(
    private readonly directory: Directory,
    private readonly rules: IdentityRules,
  ) {}

  /** A new profile that nobody has claimed yet. */
  create(id: string): string {
    if (!this.#madeUp.has(id)) this.#madeUp.set(id, null);
    return this.find(id);
  }

  find(id: string): string {
    let at = id;
    for (let next = this.#madeUp.get(at); next; next = this.#madeUp.get(at)) at = next;
    return at;
  }

  owner(key: string): string | undefined {
    const id = this.#owners.get(key);
    return id && this.find(id);
  }

  give(key: string, profile: string, { type, value }: Identifier): void {
    this.#owners.set(key, profile);
    const given = this.#given.get(profile) ?? new Map<string, Set<string>>();
    this.#given.set(profile, given);
    const values = given.get(type) ?? new Set();
    given.set(type, values.add(value));
  }

  values(profile: string, type: string): Set<string> {
    const given = this.#given.get(profile)?.get(type);
    const stored = this.#storedOf(profile).get(type);
    if (!given) return stored ?? new Set();
    return stored ? new Set([...stored, ...given]) : given;
  }

  /** True when it has a value of a type that tells people apart: a known user. */
  isKnown(profile: string): boolean {
    return this.#distinguishing().some((type) => this.values(profile, type).size > 0);
  }

  /** May this profile take one more value of the type? */
  takes(profile: string, { type, value }: Identifier, force: boolean): boolean {
    const values = this.values(profile, type);
    const rule = ruleOf(this.rules, type);
    if (rule.distinguishes && !force && values.size > 0 && !values.has(value)) return false;
    return values.has(value) || values.size < rule.max;
  }

  /** Two known users are two people, unless a rule says otherwise; no profile goes over its limits. */
  mayJoin(a: string, b: string, force: boolean): boolean {
    for (const type of this.#types(a, b)) {
      const rule = ruleOf(this.rules, type);
      const [x, y] = [this.values(a, type), this.values(b, type)];
      if (rule.distinguishes && !force && x.size > 0 && y.size > 0) return false;
      let size = x.size;
      for (const value of y) if (!x.has(value)) size++;
      if (y.size > 0 && x.size > 0 && size > rule.max) return false;
    }
    return true;
  }

  /** Joins two profiles of which one is made up; false when both are stored or claimed. */
  join(a: string, b: string): boolean {
    const made = [a, b].filter((id) => this.#madeUp.get(id) === null);
    // The younger made-up one goes, so that the older id survives as in a merge.
    const gone = made.length === 2 ? (a < b ? b : a) : made[0];
    if (gone === undefined) return false;
    const kept = gone === a ? b : a;
    this.#madeUp.set(gone, kept);
    for (const [type, values] of this.#given.get(gone) ?? []) {
      const given = this.#given.get(kept) ?? new Map<string, Set<string>>();
      this.#given.set(kept, given);
      given.set(type, new Set([...(given.get(type) ?? []), ...values]));
    }
    return true;
  }

  /**
   * A user's claim that names a profile which other users took before anything of this user was
   * written to it: another worker merged it in between. The claim came to nothing.
   */
  neverArrived(profile: string, { type, value }: Identifier): boolean {
    if (!ruleOf(this.rules, type).distinguishes || this.#madeUp.has(profile)) return false;
    const users = this.directory.profiles.get(profile)?.identifiers.filter((i) => i.type === type) ?? [];
    return users.length > 0 && !users.some((i) => i.value === value);
  }

  #storedOf(profile: string): Map<string, Set<string>> {
    const known = this.#stored.get(profile);
    if (known) return known;
    const values = new Map<string, Set<string>>();
    for (const { type, value } of this.directory.profiles.get(profile)?.identifiers ?? []) {
      values.set(type, (values.get(type) ?? new Set()).add(value));
    }
    for (const { id } of this.directory.noted(profile)) {
      const type = typeOf(id);
      values.set(type, (values.get(type) ?? new Set()).add(id.slice(type.length + 1)));
    }
    this.#stored.set(profile, values);
    return values;
  }

  #distinguishing(): string[] {
    return Object.keys(this.rules.types).filter((type) => this.rules.types[type]?.distinguishes);
  }

  #types(...profiles: string[]): Set<string> {
    const types = new Set<string>();
    for (const profile of profiles) {
      for (const type of this.#storedOf(profile).keys()) types.add(type);
      for (const type of this.#given.get(profile)?.keys() ?? []) types.add(type);
    }
    return types;
  }
}
