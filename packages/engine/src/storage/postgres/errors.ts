import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../port.js';

/** SQLSTATE classes and codes that say: not now. Lost connections, no resources, shutdown, timeouts, a read-only standby. */
const NOT_NOW = /^(08|53|58)|^(57P0[1-5]|57014|25006|25P03|55P03)$/;
/** A commit that was to be written as a whole could not be: it was rolled back. */
export const NOT_ALL = 'TRB02';
const SYSTEM = /^E(CONN|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST|NET|ADDR)/;
/** What `pg` and PGlite say without a code. */
const BROKEN =
  /connection terminated|connection error|timeout exceeded|query read timeout|after calling end|not queryable|pglite is clos/i;

/** Another process has taken the deployment over: this one must not write any more. */
export class OwnershipLost extends Error {
  readonly code = 'OWNERSHIP_LOST';
  override name = 'OwnershipLost';
}

/** The SQLSTATE or system code of an error. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Begins every message about it. */
export const DISK_FULL = 'The disk of the database is full';

function isDiskFull(error: Error): boolean {
  return codeOf(error) === '53100' || codeOf(error) === 'ENOSPC' || /no space left on device/i.test(error.message);
}

/** The error as the port names it: StoreUnavailable when the database does not answer or refuses for now. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  if (code === 'TRB01') return new OwnershipLost('Another process has taken this deployment over: stop this one.');
  const gone =
    NOT_NOW.test(code) || isDiskFull(error) || SYSTEM.test(code) || (code === '' && BROKEN.test(error.message));
  if (!gone && !(error instanceof AggregateError && error.errors.some((each) => SYSTEM.test(codeOf(each)))))
    return error;
  if (isDiskFull(error)) return new StoreUnavailable(`${DISK_FULL}: it goes on when there is space.`, { cause: error });
  return new StoreUnavailable(`PostgreSQL does not answer: ${error.message || code}`, { cause: error });
}

const TRIES = 20;

/** Repeats what ended in a deadlock (40P01) or a serialization failure (40001): nothing of it was done. */
export async function untilSerialized<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if ((code !== '40001' && code !== '40P01') || tries === TRIES) throw asStoreError(error);
      await sleep(Math.random() * 10 * tries);
    }
  }
}
