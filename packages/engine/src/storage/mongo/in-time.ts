import type { MongoClient } from 'mongodb';
import { Overdue } from '../overdue.js';
import { StoreUnavailable } from '../port.js';

/** Milliseconds by which the driver may be late with its own limits. */
const GRACE = 5_000;

const overdue = new Overdue<(error: Error) => void>((fail) => {
  fail(new StoreUnavailable('MongoDB has not answered in time. Check the server and MONGODB_URL.'));
});

/**
 * The answer to so many commands, one after the other, or StoreUnavailable when the driver leaves it open for longer than
 * its own limits last. It does (mongodb 7.9): a command that waits for room in its socket is never told that the socket was
 * given up.
 */
export function inTime<A>({ options }: MongoClient, answer: Promise<A>, commands = 1): Promise<A> {
  const { serverSelectionTimeoutMS, socketTimeoutMS } = options;
  // Who set no limit shall have none.
  if (socketTimeoutMS === 0) return answer;
  const ms = commands * (serverSelectionTimeoutMS + socketTimeoutMS + GRACE);
  return new Promise((done, failed) => {
    overdue.during(failed, ms, answer).then(done, failed);
  });
}
