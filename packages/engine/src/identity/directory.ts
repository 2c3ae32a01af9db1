import type { Profile } from '../profiles/profile.js';
import type { CommitStore, IdentifierDoc, Looked } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';
import { completeMerges } from './merge.js';
import type { IdentityRules } from './rules.js';

/** What one attempt at a batch knows of identifiers and profiles: each is read once, merges are followed. */
export class Directory {
  readonly identifiers = new Map<string, IdentifierDoc>();
  readonly profiles = new Map<string, Profile>();
  readonly #asked = new Set<string>();
  readonly #read = new Set<string>();
  readonly #noted = new Map<string, IdentifierDoc[]>();

  constructor(
    readonly store: CommitStore,
    readonly rules: IdentityRules,
  ) {}

  /** Reads those that were not asked for yet, or all of them with `again`. */
  async loadIdentifiers(keys: Iterable<string>, again = false): Promise<void> {
    const wanted = [...new Set(keys)].filter((key) => again || !this.#asked.has(key));
    if (wanted.length === 0) return;
    for (const key of wanted) this.#asked.add(key);
    for (const [key, doc] of await this.store.findIdentifiers(wanted)) this.identifiers.set(key, doc);
  }

  /** What a store has looked up for an attempt that begins: all of these keys were asked for. */
  know(keys: Iterable<string>, { identifiers, profiles }: Looked): void {
    for (const key of keys) this.#asked.add(key);
    for (const [key, doc] of identifiers) {
      this.identifiers.set(key, doc);
      this.#read.add(doc.profile);
    }
    for (const [id, profile] of profiles) this.profiles.set(id, profile);
  }

  /** Identifiers that name a profile in the collection, whether its own list has them yet or not. */
  note(profile: string, docs: IdentifierDoc[]): void {
    this.#noted.set(profile, docs);
  }

  noted(profile: string): readonly IdentifierDoc[] {
    return this.#noted.get(profile) ?? [];
  }

  /** Reads profiles and whatever they were merged into; completes merges that somebody left half done. */
  async loadProfiles(ids: Iterable<string>): Promise<void> {
    let wanted = new Set(ids);
    const frozen: string[] = [];
    const seen = new Set<string>();
    while (wanted.size > 0) {
      const missing = [...wanted].filter((id) => !this.profiles.has(id) && !this.#read.has(id));
      if (missing.length > 0) await this.#load(missing);
      const next = new Set<string>();
      for (const id of wanted) {
        seen.add(id);
        const into = this.profiles.get(id)?.into;
        if (!into) continue;
        frozen.push(id);
        if (!seen.has(into.survivor)) next.add(into.survivor);
      }
      wanted = next;
    }
    if (frozen.length > 0 && !weakened('absorb-completion')) await completeMerges(this, frozen);
  }

  /** Reads them anew, whatever is known. */
  async reload(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.profiles.delete(id);
    await this.#load(ids);
  }

  async #load(ids: readonly string[]): Promise<void> {
    for (const [id, profile] of await this.store.loadProfiles([...ids])) this.profiles.set(id, profile);
  }

  /** From a profile to the one that everything goes to now, both ends included. */
  path(id: string): string[] {
    const path = [id];
    for (;;) {
      const into = this.profiles.get(path.at(-1) as string)?.into;
      if (!into) return path;
      if (path.includes(into.survivor)) throw new Error(`Profiles are merged in a circle at ${into.survivor}.`);
      path.push(into.survivor);
    }
  }

  root(id: string): string {
    return this.path(id).at(-1) as string;
  }
}
