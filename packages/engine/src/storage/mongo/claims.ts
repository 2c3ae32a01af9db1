import { columnKey } from '../codec.js';
import type { ClaimAnswer, MessageClaim } from '../port.js';
import type { ClaimDocument, Collections } from './documents.js';
import { insertIfAbsent } from './insert.js';
import { find } from './together.js';

/** Step 2: inserts the claims that are free, takes over those that a replay may, and answers whose each one is. */
export async function claimMessages(c: Collections, claims: MessageClaim[]): Promise<ClaimAnswer[]> {
  if (claims.length === 0) return [];
  // A claim that `clean` drops between the insert and the read is free again: the next turn inserts it.
  for (;;) {
    const at = Date.now();
    const allNew = await insertIfAbsent(
      c.claims,
      claims.map(({ id, batch }) => ({ _id: columnKey(id), batch, at })),
    );
    // Repeats inside the call meet as duplicates, so all new means all mine.
    if (allNew) return claims.map(({ id, batch }) => ({ id, batch }));
    const ids = claims.map(({ id }) => columnKey(id));
    let held = await find(c.claims, ids);
    if (await takeOver(c, claims, held, at)) held = await find(c.claims, ids);
    const answers = claims.flatMap(({ id }) => answer(id, held.get(columnKey(id))));
    if (answers.length === claims.length) return answers;
  }
}

/** Of these claims, the ones that are there. */
export async function findClaims(c: Collections, ids: readonly string[]): Promise<Map<string, ClaimAnswer>> {
  const held = await find(c.claims, ids.map(columnKey));
  return new Map(ids.flatMap((id) => answer(id, held.get(columnKey(id)))).map((one) => [one.id, one]));
}

/** Says of claims that these batches hold that their message was put aside: a replay can take them over. */
export async function markClaims(
  c: Collections,
  batches: string[],
  messages: string[],
  state: 'quarantined' | 'dead',
): Promise<void> {
  if (messages.length === 0) return;
  // Only their own: a replay that took the claim over keeps it, also when this batch is repeated later.
  const updates = messages.map((id) => ({
    updateOne: { filter: { _id: columnKey(id), batch: { $in: batches } }, update: { $set: { state } } },
  }));
  await c.claims.bulkWrite(updates, { ordered: false });
}

async function takeOver(
  c: Collections,
  claims: MessageClaim[],
  held: Map<string, ClaimDocument>,
  at: number,
): Promise<boolean> {
  const updates = claims.flatMap(({ id, batch, takeOver }) => {
    const now = held.get(columnKey(id));
    if (!takeOver || !now || now.batch === batch || now.state !== takeOver.state) return [];
    const filter = { _id: columnKey(id), batch: now.batch, state: takeOver.state };
    return [{ updateOne: { filter, update: { $set: { batch, at }, $unset: { state: '' as const } } } }];
  });
  if (updates.length === 0) return false;
  await c.claims.bulkWrite(updates, { ordered: false });
  return true;
}

function answer(id: string, held: ClaimDocument | undefined): ClaimAnswer[] {
  if (!held) return [];
  return [{ id, batch: held.batch, ...(held.state && { state: held.state }) }];
}
