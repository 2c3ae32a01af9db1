import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoStalePrimaryError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { StoreUnavailable } from '../port.js';

/** Classes of the driver that say: not now. (A cleared pool and a closed one are network errors.) */
const AWAY = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoClientClosedError,
  MongoOperationTimeoutError,
  MongoStalePrimaryError,
  MongoWriteConcernError,
];

const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'RetryableError', 'SystemOverloadedError'];

/**
 * Codes of a server that cannot serve now: unreachable hosts, step-downs, shutdowns, time limits, stale shard routing, a
 * write concern that could not be met, a full disk, and refused credentials (they are rotated while we run).
 */
const CODES = new Set([
  6, 7, 13, 18, 24, 43, 50, 63, 64, 79, 89, 91, 100, 112, 133, 134, 150, 175, 189, 202, 262, 290, 365, 391, 462, 9001,
  10058, 10107, 11600, 11602, 13388, 13435, 13436, 14031,
]);

const DUPLICATE_KEY = 11000;

/** Whether an insert failed, and only because the document was there before. */
export function isDuplicate(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) {
    const faults = writeErrors(error);
    return faults.length > 0 && faults.every(({ code }) => code === DUPLICATE_KEY) && !writeConcernError(error);
  }
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Places of the documents that an unordered insert of several found there before. */
export function duplicatesOf(error: unknown): number[] {
  return error instanceof MongoBulkWriteError ? writeErrors(error).map(({ index }) => index) : [0];
}

/** What the callers of the port see in place of an error of the driver. */
export function translate(thrown: unknown): unknown {
  const error = unwrapped(thrown);
  if (!(error instanceof Error) || !(error instanceof MongoError ? isAway(error) : isOfSocket(error))) return error;
  return new StoreUnavailable(
    `MongoDB cannot be reached or refuses: ${error.message}. Check the server and MONGODB_URL.`,
    {
      cause: error,
    },
  );
}

/** The driver hides the loss of a connection in the middle of a bulk write inside a bulk write error without faults. */
function unwrapped(error: unknown): unknown {
  const inner: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : undefined;
  return inner instanceof Error ? inner : error;
}

/** A connection that breaks while a command is written says so in its own words. */
function isOfSocket(error: Error & { syscall?: unknown; code?: unknown }): boolean {
  return error.syscall !== undefined || (typeof error.code === 'string' && error.code.startsWith('ERR_STREAM_'));
}

function isAway(error: MongoError): boolean {
  if (AWAY.some((type) => error instanceof type)) return true;
  if (error.name === 'MongoWaitQueueTimeoutError') return true;
  if (LABELS.some((label) => error.hasErrorLabel(label))) return true;
  if (error instanceof MongoBulkWriteError) {
    if (writeConcernError(error) || writeErrors(error).some(({ code }) => CODES.has(code))) return true;
  }
  return typeof error.code === 'number' && CODES.has(error.code);
}

function writeErrors(error: MongoBulkWriteError): { code: number; index: number }[] {
  return [error.writeErrors].flat();
}

function writeConcernError(error: MongoBulkWriteError): boolean {
  return error.result?.getWriteConcernError?.() !== undefined;
}

type Calls = { [name: string]: (...args: never[]) => Promise<unknown> };

/** The same functions, with errors of the driver translated, and something done around each answer. */
export function guarded<T extends object>(calls: T, around = <A>(answer: Promise<A>) => answer): T {
  const entries = Object.entries(calls as Calls).map(([name, call]) => [
    name,
    async (...args: never[]) => {
      try {
        return await around(call(...args));
      } catch (error) {
        throw translate(error);
      }
    },
  ]);
  return Object.fromEntries(entries) as T;
}
