import { type IdentityRules, normaliseIdentifier } from '../identity/rules.js';
import type { Profiles } from '../port.js';
import type { Page, PageQuery, Store, StoredEvent } from '../storage/port.js';
import type { Profile } from './profile.js';

/** Merges in a row that are followed; more than this would be a circle. */
const MERGES = 1_000;

/** Profiles for those who read. */
export class ProfileReader implements Profiles {
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
    const key = `${type}:${value}`;
    const doc = (await this.store.findIdentifiers([key])).get(key);
    return doc && this.byId(doc.profile);
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
