import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../port.js';
import { asStoreError, OwnershipLost, untilSerialized } from './errors.js';

const withCode = (code: string, message = 'm') => Object.assign(new Error(message), { code });

describe('errors of PostgreSQL', () => {
  it('that say "not now" are StoreUnavailable', () => {
    const codes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '08006', '53300', '53100', '57P01'];
    for (const code of [...codes, '57P03', '57014', '25006', '55P03', '58030']) {
      expect(asStoreError(withCode(code))).toBeInstanceOf(StoreUnavailable);
    }
    const messages = [
      'Connection terminated unexpectedly',
      'timeout exceeded when trying to connect',
      'PGlite is closed',
    ];
    for (const message of messages) expect(asStoreError(new Error(message))).toBeInstanceOf(StoreUnavailable);
    const both = new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]);
    expect(asStoreError(both)).toBeInstanceOf(StoreUnavailable);
  });

  it('that say that the disk is full do so in a sentence for the operator', () => {
    const full = [
      withCode('53100', 'could not extend file "base/5/2619": No space left on device'),
      withCode('58030', 'could not write to file "pg_wal/xlogtemp.42": No space left on device'),
      withCode('ENOSPC', 'ENOSPC: no space left on device, open'),
    ];
    for (const error of full) {
      const named = asStoreError(error);
      expect(named).toBeInstanceOf(StoreUnavailable);
      expect(named).toMatchObject({ message: expect.stringContaining('The disk of the database is full') });
    }
  });

  it('that are faults of a statement or of the settings stay what they are', () => {
    for (const error of [withCode('42P01'), withCode('23505'), withCode('28P01'), new TypeError('x'), 'text']) {
      expect(asStoreError(error)).toBe(error);
    }
    expect(asStoreError(withCode('42601', 'connection terminated'))).not.toBeInstanceOf(StoreUnavailable);
    expect(asStoreError(withCode('TRB01'))).toBeInstanceOf(OwnershipLost);
  });
});

describe('what ends in a deadlock', () => {
  it('is repeated until it is done', async () => {
    let tries = 0;
    const work = async () => {
      tries++;
      if (tries < 4) throw withCode(tries % 2 ? '40P01' : '40001');
      return 'done';
    };
    expect(await untilSerialized(work)).toBe('done');
    expect(tries).toBe(4);
  });

  it('is not repeated for any other error', async () => {
    let tries = 0;
    const work = async () => {
      tries++;
      throw withCode('ECONNRESET');
    };
    await expect(untilSerialized(work)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(tries).toBe(1);
  });
});
