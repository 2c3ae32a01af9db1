import { columnKey, decode, encode } from '../codec.js';
import type { IdentifierDoc } from '../port.js';
import type { Collections, IdentifierDocument } from './documents.js';
import { insertIfAbsent } from './insert.js';
import { find } from './together.js';

/** The identifiers: this collection decides who has one. */
export function identifierCalls(c: Collections) {
  return {
    async findIdentifiers(ids: string[]): Promise<Map<string, IdentifierDoc>> {
      const found = await find(c.identifiers, ids.map(columnKey));
      return byId([...found.values()]);
    },

    async claimIdentifiers(docs: IdentifierDoc[]): Promise<void> {
      await insertIfAbsent(c.identifiers, docs.map(toDocument));
    },

    async updateIdentifier(doc: IdentifierDoc): Promise<boolean> {
      const { _id, ...replacement } = toDocument(doc);
      const result = await c.identifiers.replaceOne({ _id, rev: doc.rev - 1 }, replacement);
      return result.matchedCount === 1;
    },

    async identifiersOf(profile: string): Promise<IdentifierDoc[]> {
      const found = await c.identifiers
        .find({ profile: columnKey(profile) })
        .sort({ _id: 1 })
        .toArray();
      return [...byId(found).values()];
    },
  };
}

function toDocument(doc: IdentifierDoc): IdentifierDocument {
  return { _id: columnKey(doc.id), profile: columnKey(doc.profile), rev: doc.rev, body: encode(doc) };
}

function byId(documents: IdentifierDocument[]): Map<string, IdentifierDoc> {
  const docs = documents.map(({ body }) => decode<IdentifierDoc>(body));
  return new Map(docs.map((doc) => [doc.id, doc]));
}
