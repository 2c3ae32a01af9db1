import { randomUUID } from 'node:crypto';
import { type AnyBulkWriteOperation, MongoBulkWriteError } from 'mongodb';
import type { Profile } from '../../profiles/profile.js';
import { weakened } from '../../telemetry/weakened.js';
import { columnKey, decodeProfile, encode, memberOf } from '../codec.js';
import type { Collections, ProfileDocument } from './documents.js';
import { isDuplicate } from './errors.js';
import { oneEach } from './one-each.js';
import { find, together } from './together.js';

/** Step 4: the ones that are stored, frozen ones included. */
export async function loadProfiles(c: Collections, ids: string[]): Promise<Map<string, Profile>> {
  const found = await find(c.profiles, ids.map(columnKey));
  const profiles = [...found.values()].map(({ body }) => decodeProfile(body));
  return new Map(profiles.map((profile) => [profile.id, profile]));
}

/**
 * Step 5: writes each profile if the stored version is one less, and names those of which nothing was written. A
 * profile, the marks of its messages and its outbox are one document, so they become visible together.
 */
export async function writeProfiles(c: Collections, profiles: Profile[]): Promise<string[]> {
  if (profiles.length === 0) return [];
  const token = randomUUID();
  const documents = profiles.map((profile) => toDocument(profile, token));
  if (await writer(c)(documents)) return [];
  return missed(c, profiles, token);
}

const writers = oneEach<(documents: ProfileDocument[]) => Promise<boolean>>();

/** Writes documents, and answers whether all of them were written for sure. */
function writer(c: Collections): (documents: ProfileDocument[]) => Promise<boolean> {
  return writers(c.profiles, () =>
    together(c.profiles, async (all) => {
      const documents = all.flat();
      const areWritten = (await write(c, documents)) === documents.length;
      return all.map(() => areWritten);
    }),
  );
}

async function write(c: Collections, documents: ProfileDocument[]): Promise<number> {
  try {
    const result = await c.profiles.bulkWrite(documents.map(operation), { ordered: false });
    return result.insertedCount + result.matchedCount;
  } catch (error) {
    // A duplicate key is a first version that somebody else wrote; the others were written all the same.
    if (!(error instanceof MongoBulkWriteError && isDuplicate(error))) throw error;
    return -1;
  }
}

function operation(document: ProfileDocument): AnyBulkWriteOperation<ProfileDocument> {
  const { _id, ...replacement } = document;
  if (weakened('version-check')) return { replaceOne: { filter: { _id }, replacement, upsert: true } };
  if (document.version === 1) return { insertOne: { document } };
  return { replaceOne: { filter: { _id, version: document.version - 1 }, replacement } };
}

/**
 * A bulk write counts and does not name. What stands there under this call's token is this call's; what does not was
 * not written, or is already replaced by a later writer, which is a conflict as well: the later state decides.
 */
async function missed(c: Collections, profiles: Profile[], token: string): Promise<string[]> {
  const ids = profiles.map(({ id }) => columnKey(id));
  const found = await c.profiles.find({ _id: { $in: ids } }, { projection: { token: 1 } }).toArray();
  const written = new Set(found.flatMap((row) => (row.token === token ? [row._id] : [])));
  return profiles.map(({ id }) => id).filter((id) => !written.has(columnKey(id)));
}

function toDocument(profile: Profile, token: string): ProfileDocument {
  return {
    _id: columnKey(profile.id),
    version: profile.version,
    token,
    ...(profile.into && { into: columnKey(profile.into.survivor) }),
    segments: memberOf(profile).map(columnKey),
    updatedAt: profile.updatedAt,
    body: encode(profile),
  };
}
