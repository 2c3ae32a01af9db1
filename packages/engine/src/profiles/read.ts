import { type IdentityRules, normaliseIdentifier } from '../identity/rules.js';
import type { Profiles } from '../port.js';
import type { Page, PageQuery, Store, StoredEvent } from '../storage/port.js';
import type { Profile } from './profile.js';
import { Questions } from './questions.js';

/** Merges in a row that are followed; more than this would be a circle. */
const MERGES = 1_000;

/** Profiles for those who read. */
export class ProfileReader implements Profiles {
  /** Pages read them by identifier, many at a time. */
  readonly #byKey = new Questions<string, Profile | undefined>(async (keys) => {
    const ask = { batches: [], claims: [], identifiers: keys, profiles: [] };
    const { identifiers, profiles } = await this.store.look(ask);
    return (key) => profiles.get(identifiers.get(key)?.profile ?? '');
  });

  constructor(
    private readonly store: Store,
    private readonly rules: IdentityRules,
  ) {}

  async byId(id: string): Promise<Profile | undefined> {
    let at = id;
    for (let n = 0; n < MERGES; n++) {
      const profile = (await this.store.loadProfiles([at])).get(at);
      if (!profile?.into) return profile;
      at = profile.into.survivor;
    }
    return undefined;
  }

  async byIdentifier(identifier: string): Promise<Profile | undefined> {
    const colon = identifier.indexOf(':');
    const type = identifier.slice(0, colon);
    const value = normaliseIdentifier(this.rules, type, identifier.slice(colon + 1));
    if (colon < 1 || value === undefined) return undefined;
    const profile = await this.#byKey.get(`${type}:${value}`);
    return profile?.into ? this.byId(profile.into.survivor) : profile;
  }

  list(query: PageQuery & { segment?: string }): Promise<Page<Profile>> {
    return this.store.listProfiles(query);
  }

  async events(id: string, page: PageQuery): Promise<Page<StoredEvent>> {
    const profile = await this.byId(id);
    if (!profile) return { items: [], next: null };
    return this.store.profileEvents([profile.id, ...profile.absorbed.map((absorbed) => absorbed.id)], page);
  }
}
