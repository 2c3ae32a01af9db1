import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from '../port.js';
import type { RecordStore } from '../storage/port.js';

const KIND = 'token';
/** Milliseconds for which an answer is believed, so that not every request asks the store. */
const FRESH = 5_000;

/** Management tokens. Only their SHA-256 is stored: they are 192 random bits, so no slower hash is needed. */
export class TokenList implements Tokens {
  readonly #known = new Map<string, number>();

  constructor(private readonly records: RecordStore) {}

  async verify(token: string): Promise<boolean> {
    const hash = hashOf(token);
    if ((this.#known.get(hash) ?? Number.NEGATIVE_INFINITY) > performance.now() - FRESH) return true;
    if (!(await this.records.getRecord(KIND, hash))) return false;
    this.#known.set(hash, performance.now());
    return true;
  }

  async ensure(given: string | undefined): Promise<string | undefined> {
    if (given) {
      await this.#store(given, 'given from outside');
      return undefined;
    }
    if ((await this.records.listRecords(KIND)).length > 0) return undefined;
    return (await this.create('made at the first start')).token;
  }

  async create(name: string): Promise<{ id: string; token: string }> {
    const token = `tr_${randomBytes(24).toString('base64url')}`;
    return { id: await this.#store(token, name), token };
  }

  async #store(token: string, name: string): Promise<string> {
    const hash = hashOf(token);
    // Already stored: nothing to do.
    await this.records.putRecord(KIND, hash, 1, { v: 1, name, createdAt: new Date().toISOString() });
    return hash;
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
