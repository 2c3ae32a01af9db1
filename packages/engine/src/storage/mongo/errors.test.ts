import { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoWriteConcernError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../port.js';
import { guarded, isDuplicate, translate } from './errors.js';

const server = (code: number, errorLabels: string[] = []) => new MongoServerError({ message: 'no', code, errorLabels });
const bulk = (...codes: number[]) => {
  const writeErrors = codes.map((code) => ({ code }));
  return new MongoBulkWriteError({ message: 'no', code: codes[0] ?? 0, writeErrors } as never, {} as never);
};

describe('errors of the driver', () => {
  it('that pass by themselves are StoreUnavailable, with the cause kept', () => {
    const wrapped = new MongoBulkWriteError(new MongoNetworkError('cut'), {} as never);
    for (const error of [
      new MongoNetworkError('cut'),
      wrapped,
      new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64 } } as never),
      server(10107),
      server(11600),
      server(18),
      server(999_999, ['RetryableWriteError']),
      bulk(11000, 189),
      Object.assign(new Error('write ECONNRESET'), { syscall: 'write', code: 'ECONNRESET' }),
      Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' }),
    ]) {
      const translated = translate(error);
      expect(translated).toBeInstanceOf(StoreUnavailable);
      expect((translated as Error).cause).toBeInstanceOf(Error);
    }
  });

  it('that stay are thrown as they are', () => {
    for (const error of [server(11000), server(2), bulk(11000, 10334), new TypeError('ours'), 'no error']) {
      expect(translate(error)).toBe(error);
    }
  });

  it('are duplicates only when nothing else went wrong', () => {
    expect(isDuplicate(server(11000))).toBe(true);
    expect(isDuplicate(bulk(11000, 11000))).toBe(true);
    expect(isDuplicate(bulk(11000, 10334))).toBe(false);
    expect(isDuplicate(new MongoBulkWriteError(new MongoNetworkError('cut'), {} as never))).toBe(false);
    expect(isDuplicate(server(2))).toBe(false);
  });

  it('are translated in every call of a guarded object', async () => {
    const calls = guarded({
      fails: async (_: string) => Promise.reject(new MongoNetworkError('cut')),
      works: async () => 1,
    });
    await expect(calls.fails('x')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await calls.works()).toBe(1);
  });
});
