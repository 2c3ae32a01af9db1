import type { Rejected } from '../../events/batch.js';
import type { Run } from '../../flows/run.js';
import type { Profile } from '../../profiles/profile.js';
import { columnKey, decode, decodeProfile } from '../codec.js';
import { decodeCursor, toPage } from '../cursor.js';
import type { DeadEvent, DeliveryRow, DeliveryStatus, Page, PageQuery, StoredEvent } from '../port.js';
import { ROW_COLUMNS, type StoredRow, toRow } from './deliveries.js';
import type { Db, Row, Sql } from './sql.js';

type Doc = { id: string; doc: string };

/** One list of the port: a table, its order (newest first), and what it can be narrowed by. */
interface List<R extends Row, T> {
  name: string;
  table: string;
  columns: string;
  /** Columns of the order, the last one unique. */
  order: readonly (string & keyof R)[];
  /** Conditions; `?` stands for the value, and one without a value is left out. */
  where: { [condition: string]: unknown };
  item(row: R): T;
}

async function readPage<R extends Row, T>(
  { sql, schema }: { sql: Pick<Sql, 'query'>; schema: string },
  list: List<R, T>,
  page: PageQuery,
): Promise<Page<T>> {
  const values: unknown[] = [];
  const value = (given: unknown) => `$${values.push(given)}`;
  const conditions = Object.entries(list.where)
    .filter(([, given]) => given !== undefined)
    .map(([condition, given]) => condition.replace('?', () => value(given)));
  if (page.cursor !== undefined) {
    const place = decodeCursor(list.name, list.order.length, page.cursor);
    conditions.push(`(${list.order.join(', ')}) < (${place.map(value).join(', ')})`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const order = list.order.map((column) => `${column} DESC`).join(', ');
  const rows = await sql.query<R>(
    `SELECT ${list.columns} FROM ${schema}.${list.table} ${where} ORDER BY ${order} LIMIT ${value(page.limit + 1)}`,
    values,
  );
  return toPage(
    rows,
    page.limit,
    list.name,
    (row) => list.order.map((column) => String(row[column])),
    (row) => list.item(row),
  );
}

const key = (text: string | undefined) => (text === undefined ? undefined : columnKey(text));

export function listProfiles(db: Db, query: PageQuery & { segment?: string }): Promise<Page<Profile>> {
  const segment = query.segment === undefined ? undefined : [columnKey(query.segment)];
  const where = { 'frozen = ?': false, 'segments @> ?::text[]': segment };
  const item = ({ doc }: Doc) => decodeProfile(doc);
  const list = { name: 'profiles', table: 'profiles', columns: 'id, doc', order: ['id'], where, item } as const;
  if (segment === undefined) return readPage(db, list, query);
  // Whether few or most are in a segment decides how they are found best: so this is planned for the one that is asked for.
  return db.sql.transaction(async (ask) => {
    await ask('SET LOCAL plan_cache_mode = force_custom_plan');
    return readPage({ sql: { query: ask }, schema: db.schema }, list, query);
  });
}

export function listRuns(
  db: Db,
  query: PageQuery & { flow?: string; profile?: string; status?: string },
): Promise<Page<Run>> {
  const where = { 'flow = ?': key(query.flow), 'profile = ?': key(query.profile), 'status = ?': key(query.status) };
  const item = ({ doc }: Doc & { started_at: string }) => decode<Run>(doc);
  const columns = 'id, started_at, doc';
  return readPage(db, { name: 'runs', table: 'runs', columns, order: ['started_at', 'id'], where, item }, query);
}

export function listQuarantine(db: Db, query: PageQuery & { source?: string }): Promise<Page<Rejected>> {
  const where = { 'source = ?': key(query.source) };
  const item = ({ doc }: Doc) => decode<Rejected>(doc);
  return readPage(
    db,
    { name: 'quarantine', table: 'quarantine', columns: 'id, doc', order: ['id'], where, item },
    query,
  );
}

export function listDeadLetters(db: Db, query: PageQuery): Promise<Page<DeadEvent>> {
  const item = ({ doc }: Doc) => decode<DeadEvent>(doc);
  const list = { name: 'dead', table: 'dead_letters', columns: 'id, doc', order: ['id'], where: {}, item } as const;
  return readPage<Doc, DeadEvent>(db, list, query);
}

export function listDeliveries(
  db: Db,
  query: PageQuery & { status?: DeliveryStatus; destination?: string; flow?: string },
): Promise<Page<DeliveryRow>> {
  const where = { 'status = ?': query.status, 'destination = ?': key(query.destination), 'flow = ?': key(query.flow) };
  const columns = `${ROW_COLUMNS}, created_at`;
  const order = ['created_at', 'id'] as const;
  const list = { name: 'deliveries', table: 'deliveries', columns, order, where, item: toRow };
  return readPage<StoredRow & { created_at: string }, DeliveryRow>(db, list, query);
}

/** The events of several profile ids as one list. Each id's own newest ones are read and merged. */
export async function profileEvents(
  { sql, schema }: Db,
  profiles: string[],
  { limit, cursor }: PageQuery,
): Promise<Page<StoredEvent>> {
  // Two texts, each with its own plan: only one that names the place can begin there.
  const before = cursor === undefined ? [] : decodeCursor('events', 1, cursor);
  const rows = await sql.query<Doc>(
    `SELECT e.id, e.doc FROM unnest($1::text[]) AS p(id) CROSS JOIN LATERAL (
       SELECT id, doc FROM ${schema}.events
       WHERE profile = p.id ${before.length > 0 ? 'AND id < $3::text' : ''} ORDER BY id DESC LIMIT $2::integer
     ) e ORDER BY e.id DESC LIMIT $2::integer`,
    [[...new Set(profiles.map(columnKey))], limit + 1, ...before],
  );
  const item = ({ doc }: Doc) => decode<StoredEvent>(doc);
  return toPage(rows, limit, 'events', ({ id }) => [id], item);
}
