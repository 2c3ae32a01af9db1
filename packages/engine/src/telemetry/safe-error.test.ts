import { MongoBulkWriteError } from 'mongodb';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { safeError, safeLog, safeMessage } from './safe-error.js';

describe('an error in the log', () => {
  it('says what and where, without what drivers add to it', () => {
    const error = new pg.DatabaseError('duplicate key value violates unique constraint "profiles_pkey"', 1, 'error');
    Object.assign(error, { code: '23505', detail: 'Key (id)=(email:ann@a.example) already exists.', where: 'ann' });
    const logged = safeError(error);
    expect(logged).toMatchObject({ code: '23505', message: 'duplicate key value violates unique constraint "…"' });
    expect(JSON.stringify(logged)).not.toContain('ann');
    expect(logged.stack).toMatch(/safe-error\.test/);
  });

  it('follows causes, and not for ever', () => {
    const inner = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', args: ['ann'] });
    expect(safeError(new Error('away', { cause: inner })).cause).toMatchObject({ code: 'ECONNRESET' });
    const loop = new Error('loop');
    loop.cause = loop;
    expect(JSON.stringify(safeError(loop)).length).toBeLessThan(20_000);
    expect(safeError(new AggregateError([inner], 'all failed')).cause).toMatchObject({ code: 'ECONNRESET' });
    expect(safeError('ann')).toEqual({ type: 'string', message: 'Something was thrown that is not an error.' });
  });

  it('takes values out of messages, and leaves what helps', () => {
    expect(safeMessage('connect ECONNREFUSED 127.0.0.1:5432')).toBe('connect ECONNREFUSED 127.0.0.1:5432');
    expect(safeMessage('Redis does not answer, check REDIS_URL')).toBe('Redis does not answer, check REDIS_URL');
    expect(safeMessage('at https://ann:pw@crm.example:8443/hook?token=ann')).toBe('at https://crm.example:8443');
    for (const given of [
      '"Ann"',
      '{"name": "Ann"}',
      '"{"name": "Ann"..."',
      "'Ann'",
      '`Ann`',
      'x@Ann',
      '{ _id: Ann }',
    ]) {
      expect(safeMessage(`wrong: ${given} is not valid`), given).not.toContain('Ann');
    }
    expect(safeMessage('called +49 170 1234567 today')).toBe('called … today');
    for (const text of ['{"name":"Ann"', '["Ann", {]', '{"a":Ann']) {
      try {
        JSON.parse(text);
      } catch (error) {
        expect(safeError(error).message).not.toContain('Ann');
      }
    }
  });

  it('is written so by every logger that an engine is given', () => {
    const lines: string[] = [];
    const log = safeLog(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
    const message = 'E11000 duplicate key error collection: t.ids index: _id_ dup key: { _id: "email:ann@a.example" }';
    const error = new MongoBulkWriteError({ message, code: 11000, writeErrors: [] }, {} as never);
    log.child({ partition: 1 }).warn({ err: Object.assign(error, { op: { name: 'ann' } }) }, 'a fault');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ partition: 1, err: { code: 11000 }, msg: 'a fault' });
    expect(lines[0]).not.toContain('ann');
  });
});
