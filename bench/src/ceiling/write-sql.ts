import type { poolSql } from '@tributary/engine';
import { countersOf, profileOf, type Row, type RowBatch, type RowWriter, RUN_SAMPLE, Seen } from './rows.js';

type Sql = ReturnType<typeof poolSql>;

/** Deliveries and runs of a batch, where each event is delivered. */
const DELIVERIES = `
), d AS (
  INSERT INTO tributary.deliveries
    (id, kind, destination, flow, status, due_at, ready_at, lease, created_at, updated_at, doc)
  SELECT id, 'delivery', 'http://127.0.0.1', 'tell', 'pending', $8::bigint, $8::bigint + 60000, $6, at, at, doc
  FROM json_to_recordset($10::text::json) AS r(id text, at text, doc text)
  ON CONFLICT DO NOTHING`;

const statement = (more: string) => `
WITH c AS (
  INSERT INTO tributary.claims (id, batch, at)
  SELECT id, batch, at FROM json_to_recordset($1::text::json) AS r(id text, batch text, at bigint)
  ON CONFLICT DO NOTHING
), p AS (
  INSERT INTO tributary.profiles AS t (id, version, frozen, segments, doc)
  SELECT id, 1, false, '{}', doc FROM json_to_recordset($2::text::json) AS r(id text, doc text) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET version = t.version + 1, doc = excluded.doc
), e AS (
  INSERT INTO tributary.events (id, received_at, profile, doc)
  SELECT id, received_at, profile, doc
  FROM json_to_recordset($3::text::json) AS r(id text, received_at timestamptz, profile text, doc text)
  ON CONFLICT DO NOTHING
), i AS (
  INSERT INTO tributary.identifiers (id, profile, rev, doc)
  SELECT id, profile, 1, doc FROM json_to_recordset($4::text::json) AS r(id text, profile text, doc text)
  ON CONFLICT DO NOTHING
), r AS (
  INSERT INTO tributary.runs (id, flow, profile, status, steps, started_at, doc)
  SELECT id, 'bench', profile, 'done', 3, at, doc
  FROM json_to_recordset($5::text::json) AS r(id text, profile text, at text, doc text)
  ON CONFLICT DO NOTHING${more}
), b AS (
  INSERT INTO tributary.receipts (batch, partition, at) VALUES ($6, $7::integer, $8::bigint) ON CONFLICT DO NOTHING
)
INSERT INTO tributary.counters AS t (partition, kind, key, name, n)
SELECT $7::integer, kind, key, key, n FROM json_to_recordset($9::text::json) AS r(kind text, key text, n bigint)
ON CONFLICT (partition, kind, key) DO UPDATE SET n = t.n + excluded.n`;

/** Documents that every event leaves, where each is delivered. */
export interface Delivered {
  delivery: string;
  run: string;
}

/** The id of the delivery of an event. */
export function deliveryOf(message: string): string {
  return `${message}:tell@1:tell:1`;
}

/** Writes with one statement a batch, which is one transaction and one way to the server and back. */
export class SqlWriter implements RowWriter {
  readonly #seen = new Seen();
  readonly #statement: string;

  constructor(
    private readonly sql: Sql,
    private readonly profile: string,
    private readonly delivered?: Delivered,
  ) {
    this.#statement = statement(delivered ? DELIVERIES : '');
  }

  async write({ id, partition, rows }: RowBatch): Promise<void> {
    const now = Date.now();
    const at = new Date(now).toISOString();
    const profiles = [...new Set(rows.map(([, device]) => profileOf(device)))];
    const values = [
      rows.map(([message]) => ({ id: message, batch: id, at: now })),
      profiles.map((profile) => ({ id: profile, doc: this.profile })),
      rows.map(([, device, event, doc]) => ({ id: event, received_at: at, profile: profileOf(device), doc })),
      this.#seen.news(rows).map((device) => ({ id: `anonymousId:${device}`, profile: profileOf(device), doc: device })),
      this.delivered ? runsOf(rows, at, this.delivered.run) : runsOf(rows.filter(isSampled), at),
    ];
    const { delivery } = this.delivered ?? {};
    const deliveries = delivery ? [JSON.stringify(rows.map(([m]) => ({ id: deliveryOf(m), at, doc: delivery })))] : [];
    await this.sql.query(this.#statement, [
      ...values.map((value) => JSON.stringify(value)),
      ...[id, partition, now],
      JSON.stringify(countersOf(rows.length)),
      ...deliveries,
    ]);
  }
}

function isSampled([message]: Row): boolean {
  return Number(message.slice(-4)) % RUN_SAMPLE === 0;
}

function runsOf(rows: readonly Row[], at: string, run?: string) {
  return rows.map(([message, device, , doc]) => ({ id: message, profile: profileOf(device), at, doc: run ?? doc }));
}
