import type { MongoClient } from 'mongodb';
import { Overdue } from '../overdue.js';
import { StoreUnavailable } from '../port.js';
import { oneEach } from './one-each.js';

/** Milliseconds by which the driver may be late with its own limits. */
const GRACE = 5_000;
/** Milliseconds for which an answer is still waited for after connections were lost. */
const SOON = 2_000;

type Fail = (error: Error) => void;
const clocks = oneEach<Overdue<Fail>>();

/**
 * The answer to so many commands, one after the other, or StoreUnavailable when the driver leaves it open for longer than
 * its own limits last, or for long after connections were lost. It does (mongodb 7.9): a command that is to wait for room
 * in its socket, as it is also told by a socket that the server has just closed, is never told that nothing will come.
 */
export function inTime<A>(client: MongoClient, answer: Promise<A>, commands = 1): Promise<A> {
  const { serverSelectionTimeoutMS, socketTimeoutMS } = client.options;
  // Who set no limit shall have none.
  if (socketTimeoutMS === 0) return answer;
  const ms = commands * (serverSelectionTimeoutMS + socketTimeoutMS + GRACE);
  const overdue = clocks(client, () => clockOf(client));
  return new Promise((done, failed) => {
    overdue.during(failed, ms, answer).then(done, failed);
  });
}

function clockOf(client: MongoClient): Overdue<Fail> {
  const overdue = new Overdue<Fail>((fail) => {
    fail(new StoreUnavailable('MongoDB has not answered in time. Check the server and MONGODB_URL.'));
  });
  client.on('connectionPoolCleared', () => overdue.hurry(SOON));
  client.on('connectionClosed', ({ reason }) => {
    if (reason === 'error' || reason === 'stale') overdue.hurry(SOON);
  });
  return overdue;
}
