import { weakened } from '../../telemetry/weakened.js';
import { columnKey, encode } from '../codec.js';
import type { Commit, CommitResult } from '../port.js';
import { AFTER_CLAIMS, addClaims } from './claims.js';
import { addDeliveries } from './deliveries.js';
import { codeOf, NOT_ALL } from './errors.js';
import type { Months } from './months.js';
import { docOf, PROFILE_COLUMNS, toProfileRow, writeProfiles } from './profiles.js';
import { addReceipts } from './receipts.js';
import { addRejected } from './rejected.js';
import { addRuns } from './runs.js';
import { asLines, asRows, type Db, rowsWithDocs } from './sql.js';
import { Statement } from './statement.js';

/** Rows of a profile that lost its place are left out. */
export const OF_WINNERS = 'profile NOT IN (SELECT id FROM lost)';

/**
 * Steps 5 and 6 of the commit as one statement, which is one transaction and one way to the server and back. With an
 * `owner`, its epoch, nothing is written once another process has taken the deployment over.
 */
export async function commit(db: Db, months: Months, batch: Commit, owner: number | undefined): Promise<CommitResult> {
  const epoch = weakened('epoch-check') ? undefined : owner;
  const statement = new Statement();
  if (batch.claims) addClaims(statement, db.schema, batch.claims);
  addProfiles(statement, db.schema, batch);
  addEvents(statement, db.schema, batch);
  addDeliveries(statement, db.schema, batch);
  addRuns(statement, db.schema, batch.runs, OF_WINNERS);
  addRejected(statement, db.schema, batch);
  addReceipts(statement, db.schema, batch);
  if (epoch !== undefined)
    statement.part('fence', `SELECT ${db.schema}.require_owner(${statement.value(epoch)}::bigint)`);
  if (batch.whole) addWhole(statement, db.schema, batch);
  // What nothing reads is not run.
  const run = [...(epoch === undefined ? [] : ['fence']), ...(batch.whole ? ['whole'] : [])];
  const checks = run.map((part) => `, (SELECT count(*) FROM ${part}) AS ${part}`).join('');
  const rows = batch.leased ? ', ARRAY(SELECT id FROM new_deliveries) AS rows' : '';
  const text = statement.text(`SELECT ARRAY(SELECT id FROM lost) AS lost${checks}${rows}`);
  const write = () => db.sql.query<{ lost: string[]; rows?: string[] }>(text, statement.values);
  const [row] = await withMonths(months, batch, write).catch((error: unknown) => {
    if (codeOf(error) !== NOT_ALL) throw error;
    return [];
  });
  if (!row) return { conflicts: batch.profiles.map(({ id }) => id), undone: true };
  const lost = new Set(row.lost);
  const conflicts = batch.profiles.map(({ id }) => id).filter((id) => lost.has(columnKey(id)));
  if (!batch.leased) return { conflicts };
  const added = new Set(row.rows);
  return { conflicts, leased: [...batch.leased.docs.keys()].filter((key) => added.has(columnKey(key))) };
}

/** Nothing stays written when something was lost to another, or a batch has its receipt: its numbers are counted then. */
function addWhole(statement: Statement, schema: string, { receipts, claims }: Commit): void {
  const missing = ['ARRAY(SELECT id FROM lost)'];
  if (claims) missing.push('ARRAY(SELECT id FROM wanted_claims EXCEPT SELECT id FROM new_claims)');
  if (receipts) {
    const batches = statement.value(receipts.map(({ batch }) => columnKey(batch)));
    missing.push(`ARRAY(SELECT unnest(${batches}::text[]) EXCEPT SELECT batch FROM new_receipt)`);
  }
  statement.part('whole', `SELECT ${schema}.require_all(${missing.join(' || ')})`);
}

async function withMonths<T>(months: Months, { events }: Commit, write: () => Promise<T>): Promise<T> {
  const instants = () => events.map(({ event }) => event.receivedAt);
  await months.ensure(instants());
  try {
    return await write();
  } catch (error) {
    // No table for a row: another process has dropped that month since.
    if (codeOf(error) !== '23514') throw error;
    months.forget();
    await months.ensure(instants());
    return write();
  }
}

function addProfiles(statement: Statement, schema: string, { profiles, outbox, claims }: Commit): void {
  if (profiles.length === 0) {
    statement.part('lost', 'SELECT NULL::text AS id WHERE false');
    return;
  }
  const handedOver = new Set(outbox.map(({ entry }) => entry.key));
  const rows = statement.value(asRows(profiles.map(toProfileRow)));
  const docs = statement.value(asLines(profiles.map((profile) => docOf(profile, handedOver))));
  statement.part(
    'profile_rows',
    `SELECT * FROM ${rowsWithDocs(rows, PROFILE_COLUMNS, docs)}${claims ? AFTER_CLAIMS : ''}`,
  );
  statement.part('won', writeProfiles(schema));
  statement.part('lost', 'SELECT id FROM profile_rows EXCEPT SELECT id FROM won');
}

function addEvents(statement: Statement, schema: string, { events }: Commit): void {
  if (events.length === 0) return;
  const rows = events.map((row) => ({
    id: columnKey(row.event.id),
    received_at: row.event.receivedAt,
    profile: columnKey(row.profile),
  }));
  const columns = 'id text, received_at timestamptz, profile text';
  const docs = statement.value(asLines(events.map(encode)));
  statement.part(
    'new_events',
    `INSERT INTO ${schema}.events (id, received_at, profile, doc)
     SELECT id, received_at, profile, doc
     FROM ${rowsWithDocs(statement.value(asRows(rows)), columns, docs)}
     WHERE ${OF_WINNERS} ON CONFLICT DO NOTHING`,
  );
}
