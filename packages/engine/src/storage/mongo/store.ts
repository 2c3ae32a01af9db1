import { MongoClient } from 'mongodb';
import type { Store } from '../port.js';
import { claimMessages } from './claims.js';
import { clean } from './clean.js';
import { commit } from './commit.js';
import { getDelivery, renewDeliveries, replayDelivery, settleDelivery } from './deliveries.js';
import { type Collections, collections, createIndexes } from './documents.js';
import { guarded, isDuplicate } from './errors.js';
import { identifierCalls } from './identifiers.js';
import { inTime } from './in-time.js';
import { leaser } from './lease.js';
import { listCalls } from './lists.js';
import { looker } from './look.js';
import { eventMonths, monthOf } from './months.js';
import { loadProfiles, writeProfiles } from './profiles.js';
import { accounting, receiptCalls } from './receipts.js';
import { recordCalls } from './records.js';
import { profileEvents } from './timeline.js';

/** Commands of one call of the store that may all be slow. */
const COMMANDS = 2;

export interface MongoStoreOptions {
  /** A connection string: a standalone server, a replica set or a sharded cluster. */
  url: string;
  /** Default: the database in the url, else `tributary`. */
  database?: string;
  /** Named in the heartbeat that `check` writes. */
  role?: string;
  /** How long to look for a server before StoreUnavailable, in ms. Default 5,000. */
  serverSelectionTimeoutMs?: number;
  /** How long an answer may take before StoreUnavailable, in ms. Default 30,000. */
  socketTimeoutMs?: number;
  maxPoolSize?: number;
}

/**
 * The store on MongoDB, with single-document operations only.
 *
 * @example
 * const store = createMongoStore({ url: 'mongodb://127.0.0.1:27017/tributary' });
 * await store.open();
 */
export function createMongoStore(options: MongoStoreOptions): Store {
  const client = connect(options);
  const inUrl = /^mongodb(?:\+srv)?:\/\/[^/]+\/[^?]/.test(options.url);
  const db = client.db(options.database ?? (inUrl ? undefined : 'tributary'));
  const c = collections(db);
  const months = eventMonths(db);
  const receipts = receiptCalls(c);
  /** These may take as long as they need. */
  const unhurried = {
    async open() {
      // A client whose first try has failed stays closed, unless it is told to connect: then it begins anew.
      await client.connect();
      await createIndexes(c);
      await months.ensure(monthOf(new Date().toISOString()));
    },
    clean: (windows) => clean(c, months, windows),
    close: () => client.close(),
  } satisfies Pick<Store, 'open' | 'clean' | 'close'>;
  const calls = {
    check: () => beat(c, options.role ?? 'store'),
    claimMessages: (claims) => claimMessages(c, claims),
    ...identifierCalls(c),
    loadProfiles: (ids) => loadProfiles(c, ids),
    replaceProfile: async (profile) => (await writeProfiles(c, [profile])).length === 0,
    commit: (batch) => commit(c, months, receipts, batch),
    look: looker(c, receipts),
    hasReceipt: receipts.hasReceipt,

    profileEvents: (profiles, page) => profileEvents(months, profiles, page),
    ...listCalls(c),
    accounting: (batches) => accounting(c, batches),

    ...leaser(c),
    renewDeliveries: (ids, lease, until) => renewDeliveries(c, ids, lease, until),
    settleDelivery: (id, lease, change) => settleDelivery(c, id, lease, change),
    getDelivery: (id) => getDelivery(c, id),
    replayDelivery: (id, how) => replayDelivery(c, id, how),

    ...recordCalls(c),
  } satisfies Omit<Store, 'name' | 'closesRuns' | 'writesWhole' | keyof typeof unhurried>;
  return {
    name: 'mongodb',
    // Either would be several collections in one step, which asks for transactions.
    closesRuns: false,
    writesWhole: false,
    ...guarded(unhurried),
    ...guarded(calls, (answer) => inTime(client, answer, COMMANDS)),
  };
}

function connect(options: MongoStoreOptions): MongoClient {
  return new MongoClient(options.url, {
    appName: 'tributary',
    serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? 5_000,
    connectTimeoutMS: options.serverSelectionTimeoutMs ?? 5_000,
    socketTimeoutMS: options.socketTimeoutMs ?? 30_000,
    ...(options.maxPoolSize !== undefined && { maxPoolSize: options.maxPoolSize }),
    // Whatever the url says: an acknowledged write survives the loss of a server, and what is read is the latest.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 20_000 },
    readPreference: 'primary',
    retryWrites: true,
  });
}

/** Writes and reads a heartbeat, so that a server that only answers is not taken for one that stores. */
async function beat(c: Collections, role: string): Promise<void> {
  const at = Date.now();
  try {
    await c.heartbeats.updateOne({ _id: role }, { $max: { at } }, { upsert: true });
  } catch (error) {
    // Several processes of a role began at the same moment.
    if (!isDuplicate(error)) throw error;
  }
  const found = await c.heartbeats.findOne({ _id: role });
  if (!found || found.at < at) throw new Error('MongoDB took a heartbeat and did not give it back. Check its storage.');
}
