import type { Json } from '@tributary/sdk';
import { columnKey, decode, encode } from '../codec.js';
import type { RecordStore, StoredRecord } from '../port.js';
import type { Collections, RecordDocument } from './documents.js';
import { insert } from './insert.js';

/** The small records of a deployment: one collection, the kind before the id. */
export function recordCalls(c: Collections): RecordStore {
  return {
    async getRecord(kind, id) {
      const found = await c.records.findOne({ _id: idOf(kind, id) });
      return found ? toRecord(found) : undefined;
    },

    async putRecord(kind, id, rev, body) {
      const document: RecordDocument = {
        _id: idOf(kind, id),
        kind: columnKey(kind),
        rev,
        body: encode({ id, body }),
      };
      if (rev === 1) return (await insert(c.records, [document])).length === 1;
      const { _id, ...replacement } = document;
      const result = await c.records.replaceOne({ _id, rev: rev - 1 }, replacement);
      return result.matchedCount === 1;
    },

    async deleteRecord(kind, id) {
      await c.records.deleteOne({ _id: idOf(kind, id) });
    },

    async listRecords(kind) {
      const found = await c.records
        .find({ kind: columnKey(kind) })
        .sort({ _id: 1 })
        .toArray();
      return found.map(toRecord);
    },
  };
}

function idOf(kind: string, id: string): string {
  return `${columnKey(kind)}/${columnKey(id)}`;
}

function toRecord(document: RecordDocument): StoredRecord {
  const { id, body } = decode<{ id: string; body: Json }>(document.body);
  return { id, rev: document.rev, body };
}
