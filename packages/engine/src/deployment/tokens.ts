import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from '../port.js';
import type { RecordStore } from '../storage/port.js';

const KIND = 'token';
/** Milliseconds for which an answer is believed, so that not every request asks the store. */
const FRESH = 5_000;

/** Management tokens. Only their SHA-256 is stored: they are 192 random bits, so no slower hash is needed. */
export class TokenList implements Tokens {
  readonly #known = new Map<string, number>();
  /** What a first start has made: a store that took it, and went away before it said so, has it the next time. */
  #first: string | undefined;

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
    const known = await this.records.listRecords(KIND);
    const before = this.#first;
    if (known.length > 0 && !(before && known.some(({ id }) => id === hashOf(before)))) return undefined;
    const token = before ?? newToken();
    this.#first = token;
    await this.#store(token, 'made at the first start');
    this.#first = undefined;
    return token;
  }

  async create(name: string): Promise<{ id: string; token: string }> {
    const token = newToken();
    return { id: await this.#store(token, name), token };
  }

  async #store(token: string, name: string): Promise<string> {
    const hash = hashOf(token);
    // Already stored: nothing to do.
    await this.records.putRecord(KIND, hash, 1, { v: 1, name, createdAt: new Date().toISOString() });
    return hash;
  }
}

function newToken(): string {
  return `tr_${randomBytes(24).toString('base64url')}`;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
