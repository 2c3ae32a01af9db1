import { type Db, MongoClient } from 'mongodb';
import { countersOf, profileOf, type RowBatch, type RowWriter, RUN_SAMPLE, Seen } from './rows.js';

type Doc = { _id: string; [field: string]: unknown };

/** Writes the documents of a batch side by side; as durable as Tributary's. */
export class MongoWriter implements RowWriter {
  readonly #seen = new Seen();
  readonly #db: Db;

  constructor(
    url: string,
    private readonly profile: string,
  ) {
    const client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } });
    this.#db = client.db();
  }

  async write({ id, partition, rows }: RowBatch): Promise<void> {
    const at = Date.now();
    const updatedAt = new Date(at).toISOString();
    const profiles = [...new Set(rows.map(([, device]) => profileOf(device)))];
    await Promise.all([
      this.#insert(
        'claims',
        rows.map(([message]) => ({ _id: message, batch: id, at })),
      ),
      this.#insert(
        `events_${updatedAt.slice(0, 7).replace('-', '_')}`,
        rows.map(([, device, event, body]) => ({ _id: event, profile: profileOf(device), sequence: 1, body })),
      ),
      this.#insert(
        'identifiers',
        this.#seen.news(rows).map((device) => ({
          _id: `anonymousId:${device}`,
          profile: profileOf(device),
          rev: 1,
          body: device,
        })),
      ),
      this.#insert(
        'runs',
        rows
          .filter(([message]) => Number(message.slice(-4)) % RUN_SAMPLE === 0)
          .map(([message, device, , body]) => ({ _id: message, flow: 'bench', profile: profileOf(device), body })),
      ),
      this.#insert('receipts', [{ _id: id, partition, at }]),
      this.#db.collection<Doc>('profiles').bulkWrite(
        profiles.map((_id) => ({
          replaceOne: {
            filter: { _id },
            replacement: { version: 1, token: id, segments: [], updatedAt, body: this.profile },
            upsert: true,
          },
        })),
        { ordered: false },
      ),
      this.#count(partition, rows.length),
    ]);
  }

  async #insert(collection: string, documents: Doc[]): Promise<void> {
    if (documents.length > 0) await this.#db.collection<Doc>(collection).insertMany(documents, { ordered: false });
  }

  async #count(partition: number, events: number): Promise<void> {
    const $inc: { [path: string]: number } = {};
    for (const { kind, key, n } of countersOf(events)) $inc[`${kind}.${key}`] = n;
    await this.#db.collection<{ _id: number }>('accounting').updateOne({ _id: partition }, { $inc }, { upsert: true });
  }
}
