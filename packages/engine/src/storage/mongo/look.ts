import type { Look, Looked } from '../port.js';
import { findClaims } from './claims.js';
import type { Collections } from './documents.js';
import { identifierCalls } from './identifiers.js';
import { loadProfiles } from './profiles.js';
import type { receiptCalls } from './receipts.js';

/** What a commit begins with: all that is not asked for by what was found goes at once. */
export function looker(c: Collections, { hasReceipt }: ReturnType<typeof receiptCalls>) {
  const { findIdentifiers } = identifierCalls(c);
  return async (ask: Look): Promise<Looked> => {
    const [isDone, claims, identifiers] = await Promise.all([
      hasReceipt(...ask.batches),
      findClaims(c, ask.claims),
      findIdentifiers([...ask.identifiers]),
    ]);
    const named = new Set(ask.profiles);
    for (const { profile } of identifiers.values()) named.add(profile);
    return { isDone, claims, identifiers, profiles: await loadProfiles(c, [...named]) };
  };
}
