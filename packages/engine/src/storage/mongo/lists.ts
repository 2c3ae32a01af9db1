import type { Rejected } from '../../events/batch.js';
import type { Run } from '../../flows/run.js';
import type { Profile } from '../../profiles/profile.js';
import { columnKey, decode, decodeLedgerEntry, decodeProfile, encode } from '../codec.js';
import type { DeadEvent, DeliveryRow, LedgerEntry, Page, ReadStore, Store } from '../port.js';
import { toRow } from './deliveries.js';
import type { Body, Collections } from './documents.js';
import { isDuplicate } from './errors.js';
import { readPage } from './paging.js';

type Query<K extends keyof ReadStore> = Parameters<ReadStore[K]>[0];

/** Everything that is read in pages, newest first, and the single rows of those lists. */
export function listCalls(c: Collections) {
  return {
    listProfiles({ segment, ...page }: Query<'listProfiles'>): Promise<Page<Profile>> {
      // A frozen profile is part of its survivor.
      const filter = { into: { $exists: false }, ...equal({ segments: segment }) };
      return readPage(c.profiles, filter, page, { list: 'profiles', item: ({ body }) => decodeProfile(body) });
    },

    listRuns({ flow, profile, status, ...page }: Query<'listRuns'>): Promise<Page<Run>> {
      const filter = equal({ flow, profile, status });
      return readPage(c.runs, filter, page, { list: 'runs', item: read<Run>, fields: ['startedAt', '_id'] });
    },

    listQuarantine({ source, ...page }: Query<'listQuarantine'>): Promise<Page<Rejected>> {
      return readPage(c.quarantine, equal({ source }), page, { list: 'quarantine', item: read<Rejected> });
    },

    listDeadLetters(page: Query<'listDeadLetters'>): Promise<Page<DeadEvent>> {
      return readPage(c.deadLetters, {}, page, { list: 'dead-letters', item: read<DeadEvent> });
    },

    listDeliveries(query: Parameters<Store['listDeliveries']>[0]): Promise<Page<DeliveryRow>> {
      const { status, destination, flow, ...page } = query;
      const filter = equal({ status, destination, flow });
      return readPage(c.deliveries, filter, page, { list: 'deliveries', item: toRow, fields: ['createdAt', '_id'] });
    },

    async getQuarantine(id: string): Promise<Rejected | undefined> {
      const found = await c.quarantine.findOne({ _id: columnKey(id) });
      return found ? read<Rejected>(found) : undefined;
    },

    async getDeadLetter(id: string): Promise<DeadEvent | undefined> {
      const found = await c.deadLetters.findOne({ _id: columnKey(id) });
      return found ? read<DeadEvent>(found) : undefined;
    },

    async removeRejected(list: 'quarantine' | 'dead-letters', id: string): Promise<void> {
      await (list === 'quarantine' ? c.quarantine : c.deadLetters).deleteOne({ _id: columnKey(id) });
    },

    async putLedger(entry: LedgerEntry): Promise<void> {
      const _id = columnKey(entry.id);
      const [survivor, loser] = [columnKey(entry.survivor), columnKey(entry.loser)];
      const document = { survivor, loser, body: encode(entry) };
      try {
        await c.ledger.replaceOne({ _id }, document, { upsert: true });
      } catch (error) {
        // Two upserts at the same moment: one of them inserts, the other finds it when it tries again.
        if (!isDuplicate(error)) throw error;
        await c.ledger.replaceOne({ _id }, document);
      }
    },

    async ledgerOf(survivor: string): Promise<LedgerEntry[]> {
      const filter = { survivor: columnKey(survivor) };
      const found = await c.ledger.find(filter).sort({ _id: 1 }).toArray();
      return found.map(({ body }) => decodeLedgerEntry(body));
    },
  };
}

function read<T>({ body }: Body): T {
  return decode<T>(body);
}

function equal(wanted: { [field: string]: string | undefined }): { [field: string]: string } {
  const given = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([field, value]) => [field, columnKey(value)]));
}
