import type { Store } from '../port.js';
import * as claims from './claims.js';
import { clean } from './clean.js';
import { commit } from './commit.js';
import * as deliveries from './deliveries.js';
import * as identifiers from './identifiers.js';
import { leaseDeliveries } from './lease.js';
import * as lists from './lists.js';
import { look } from './look.js';
import { createMonths, monthsFrom } from './months.js';
import { beat, raiseEpoch } from './owner.js';
import * as profiles from './profiles.js';
import * as receipts from './receipts.js';
import * as records from './records.js';
import * as rejected from './rejected.js';
import { createSchema, quoteSchema } from './schema.js';
import { Settler } from './settle.js';
import type { Db, Sql } from './sql.js';

export interface PostgresStoreOptions {
  sql: Sql;
  /** The schema of PostgreSQL that holds everything; `tributary` by default. */
  schema?: string;
  /** The epoch of this process, where one owns the deployment; `takeOwnership` raises it. */
  epoch?: number;
}

export interface PostgresStore extends Store {
  /**
   * For a deployment of one process: from now on the commits of every earlier owner are refused with OwnershipLost.
   * Answers the new epoch.
   */
  takeOwnership(): Promise<number>;
}

/**
 * The store on PostgreSQL, on a server or in the process.
 *
 * @example
 * const store = createPostgresStore({ sql: poolSql({ url: process.env.POSTGRES_URL }) });
 * await store.open();
 */
export function createPostgresStore({ sql, schema = 'tributary', epoch }: PostgresStoreOptions): PostgresStore {
  const db: Db = { sql, schema: quoteSchema(schema) };
  const months = createMonths(db);
  const settler = new Settler(db);
  let mine = epoch;
  return {
    name: sql.name,
    async open() {
      await createSchema(db);
      await months.ensure(monthsFrom(Date.now()));
    },
    check: () => beat(db, 'store'),
    async clean(options) {
      await clean(db, months, options);
      await months.ensure(monthsFrom(options.now));
    },
    close: () => sql.close(),
    async takeOwnership() {
      mine = await raiseEpoch(db);
      return mine;
    },

    claimMessages: (list) => claims.claimMessages(db, list),
    findIdentifiers: (ids) => identifiers.findIdentifiers(db, ids),
    claimIdentifiers: (docs) => identifiers.claimIdentifiers(db, docs),
    updateIdentifier: (doc) => identifiers.updateIdentifier(db, doc),
    identifiersOf: (profile) => identifiers.identifiersOf(db, profile),
    loadProfiles: (ids) => profiles.loadProfiles(db, ids),
    replaceProfile: (profile) => profiles.replaceProfile(db, profile),
    putLedger: (entry) => profiles.putLedger(db, entry),
    commit: (batch) => commit(db, months, batch, mine),
    look: (ask) => look(db, ask),
    writesWhole: true,
    hasReceipt: (...batches) => receipts.hasReceipt(db, batches),

    profileEvents: (ids, page) => lists.profileEvents(db, ids, page),
    listProfiles: (query) => lists.listProfiles(db, query),
    ledgerOf: (survivor) => profiles.ledgerOf(db, survivor),
    listRuns: (query) => lists.listRuns(db, query),
    listQuarantine: (query) => lists.listQuarantine(db, query),
    getQuarantine: (id) => rejected.getRejected(db, 'quarantine', id),
    listDeadLetters: (query) => lists.listDeadLetters(db, query),
    getDeadLetter: (id) => rejected.getRejected(db, 'dead-letters', id),
    removeRejected: (list, id) => rejected.removeRejected(db, list, id),
    accounting: (batches) => receipts.accounting(db, batches),

    closesRuns: true,
    leaseDeliveries: (query) => leaseDeliveries(db, query),
    renewDeliveries: (ids, lease, until) => deliveries.renewDeliveries(db, ids, lease, until),
    settleDelivery: (id, lease, change) => settler.settle(id, lease, change),
    getDelivery: (id) => deliveries.getDelivery(db, id),
    listDeliveries: (query) => lists.listDeliveries(db, query),
    replayDelivery: (id, options) => deliveries.replayDelivery(db, id, options),

    getRecord: (kind, id) => records.getRecord(db, kind, id),
    putRecord: (kind, id, rev, body) => records.putRecord(db, kind, id, rev, body),
    deleteRecord: (kind, id) => records.deleteRecord(db, kind, id),
    listRecords: (kind) => records.listRecords(db, kind),
  };
}
