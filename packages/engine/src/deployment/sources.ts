import { randomBytes } from 'node:crypto';
import type { Json } from '@tributary/sdk';
import { InvalidInput, type Source, type Sources } from '../port.js';
import type { RecordStore } from '../storage/port.js';

const KIND = 'source';
/** Milliseconds for which the list of sources is believed: so long may a new key be unknown. */
const FRESH = 1_000;
/** After so long without a look, a known key waits for the look too: it may have been switched off. */
const STALE = 60_000;
const ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Where events come from, and the write keys of each. */
export class SourceList implements Sources {
  #byKey = new Map<string, Source>();
  /** Like every age that one process measures, by a clock that is never set. */
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(private readonly records: RecordStore) {}

  async byWriteKey(key: string): Promise<Source | undefined> {
    const age = performance.now() - this.#readAt;
    if (age > FRESH) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
      // A known key is served from what is known while it is read again; for as long as the store
      // is away too, since events need the queue alone.
      const read = this.#byKey.has(key) ? this.#reading.catch(() => {}) : this.#reading;
      if (!this.#byKey.has(key) || age > STALE) await read;
    }
    return this.#byKey.get(key);
  }

  async #read(): Promise<void> {
    const byKey = new Map<string, Source>();
    for (const source of await this.list()) {
      if (source.enabled) for (const key of source.writeKeys) byKey.set(key, source);
    }
    this.#byKey = byKey;
    this.#readAt = performance.now();
  }

  async list(): Promise<Source[]> {
    return (await this.records.listRecords(KIND)).map((record) => record.body as unknown as Source);
  }

  async get(id: string): Promise<Source | undefined> {
    return (await this.records.getRecord(KIND, id))?.body as unknown as Source | undefined;
  }

  async create(input: { id?: string; name: string; writeKey?: string }): Promise<Source> {
    const id = input.id ?? `src_${randomBytes(6).toString('hex')}`;
    if (!ID.test(id)) {
      const message = 'An id has lower-case letters, digits, - and _, at most 63.';
      throw new InvalidInput('INVALID', message, [{ path: '/id', code: 'BAD_ID', message }]);
    }
    const source: Source = {
      v: 1,
      id,
      name: input.name,
      writeKeys: [input.writeKey ?? newKey()],
      enabled: true,
      createdAt: new Date().toISOString(),
    };
    if (!(await this.records.putRecord(KIND, id, 1, source as unknown as Json))) {
      throw new InvalidInput('CONFLICT', `There is a source ${id} already.`);
    }
    this.#readAt = Number.NEGATIVE_INFINITY;
    return source;
  }

  update(id: string, change: { name?: string; enabled?: boolean }): Promise<Source> {
    return this.#change(id, (source) => ({ ...source, ...change }));
  }

  addKey(id: string): Promise<Source> {
    return this.#change(id, (source) => ({ ...source, writeKeys: [...source.writeKeys, newKey()] }));
  }

  removeKey(id: string, key: string): Promise<Source> {
    return this.#change(id, (source) => ({ ...source, writeKeys: source.writeKeys.filter((k) => k !== key) }));
  }

  async #change(id: string, change: (source: Source) => Source): Promise<Source> {
    for (;;) {
      const record = await this.records.getRecord(KIND, id);
      if (!record) throw new InvalidInput('NOT_FOUND', `There is no source ${id}.`);
      const changed = change(record.body as unknown as Source);
      if (await this.records.putRecord(KIND, id, record.rev + 1, changed as unknown as Json)) {
        this.#readAt = Number.NEGATIVE_INFINITY;
        return changed;
      }
    }
  }
}

function newKey(): string {
  return `wk_${randomBytes(18).toString('base64url')}`;
}
