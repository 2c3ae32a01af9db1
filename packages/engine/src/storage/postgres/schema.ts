import type { Db, Query } from './sql.js';

/** The form of the tables: raised with every change of them, together with a step that brings the older ones up. */
const FORM = 2;

/** A schema that has a newer form than this program knows. */
export class NewerSchema extends Error {
  readonly code = 'NEWER_SCHEMA';
  override name = 'NewerSchema';
}

/** Checks the name of a schema and quotes it. */
export function quoteSchema(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(name)) {
    throw new Error(`"${name}" is no name for a schema: use up to 40 small letters, digits and "_".`);
  }
  return `"${name}"`;
}

/** Creates what is missing. Processes that start at once wait for each other here. */
export async function createSchema({ sql, schema }: Db): Promise<void> {
  await sql.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock(hashtext($1))', [`tributary ${schema}`]);
    const form = await formOf(query, schema);
    if (form > FORM) {
      throw new NewerSchema(
        `The schema ${schema} has form ${form}, and this version knows ${FORM}: start a newer one.`,
      );
    }
    if (form === FORM) return;
    const steps = form === 0 ? [...tables(schema), ...second(schema)] : second(schema);
    for (const statement of steps) await query(statement);
    await query(`INSERT INTO ${schema}.form (v) VALUES ($1)`, [FORM]);
  });
}

async function formOf(query: Query, schema: string): Promise<number> {
  const [there] = await query('SELECT to_regnamespace($1)::text AS space, to_regclass($2)::text AS form', [
    schema,
    `${schema}.form`,
  ]);
  // Asked for first: an account that may not create schemas can use one that is there.
  if (!there?.space) await query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  if (!there?.form) return 0;
  const [row] = await query<{ v: number }>(`SELECT max(v) AS v FROM ${schema}.form`);
  return Number(row?.v ?? 0);
}

/**
 * Documents are JSON text in `doc`: neither `json` nor `jsonb` takes every JSON value back as it was. Keys compare as
 * bytes (`COLLATE "C"`), so that lists have one order everywhere.
 */
function tables(s: string): string[] {
  const key = 'text COLLATE "C" NOT NULL';
  return [
    `CREATE TABLE ${s}.form (v integer NOT NULL)`,
    `CREATE TABLE ${s}.owner (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch bigint NOT NULL)`,
    `INSERT INTO ${s}.owner (epoch) VALUES (0)`,
    `CREATE FUNCTION ${s}.require_owner(mine bigint) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
       PERFORM FROM ${s}.owner WHERE epoch = mine FOR SHARE;
       IF NOT FOUND THEN RAISE EXCEPTION 'not the owner' USING ERRCODE = 'TRB01'; END IF;
     END $f$`,
    `CREATE TABLE ${s}.heartbeats (role ${key} PRIMARY KEY, at bigint NOT NULL)`,

    `CREATE TABLE ${s}.claims (id ${key} PRIMARY KEY, batch ${key}, state text, at bigint NOT NULL)`,
    `CREATE INDEX ON ${s}.claims (at)`,
    `CREATE TABLE ${s}.identifiers (id ${key} PRIMARY KEY, profile ${key}, rev bigint NOT NULL, doc text NOT NULL)`,
    `CREATE INDEX ON ${s}.identifiers (profile)`,
    `CREATE TABLE ${s}.profiles (id ${key} PRIMARY KEY, version bigint NOT NULL, frozen boolean NOT NULL,
       segments text[] NOT NULL, doc text NOT NULL)`,
    `CREATE INDEX ON ${s}.profiles USING gin (segments)`,
    `CREATE TABLE ${s}.ledger (id ${key} PRIMARY KEY, survivor ${key}, doc text NOT NULL)`,
    `CREATE INDEX ON ${s}.ledger (survivor)`,

    `CREATE TABLE ${s}.events (id ${key}, received_at timestamptz NOT NULL, profile ${key}, doc text NOT NULL,
       PRIMARY KEY (id, received_at)) PARTITION BY RANGE (received_at)`,
    `CREATE INDEX ON ${s}.events (profile, id)`,

    `CREATE TABLE ${s}.runs (id ${key} PRIMARY KEY, flow ${key}, profile ${key}, status text NOT NULL,
       steps integer NOT NULL, started_at ${key}, doc text NOT NULL)`,
    `CREATE INDEX ON ${s}.runs (started_at, id)`,
    `CREATE INDEX ON ${s}.runs (profile, started_at, id)`,

    `CREATE TABLE ${s}.deliveries (id ${key} PRIMARY KEY, kind text NOT NULL, destination ${key}, flow text,
       status text NOT NULL, due_at bigint NOT NULL, ready_at bigint NOT NULL, lease text, created_at ${key},
       updated_at ${key}, attempts text[] NOT NULL DEFAULT '{}', result text, doc text NOT NULL)`,
    `CREATE INDEX ON ${s}.deliveries (destination, ready_at, id) WHERE status IN ('pending', 'answered')`,
    `CREATE INDEX ON ${s}.deliveries (created_at, id)`,
    `CREATE INDEX ON ${s}.deliveries (updated_at) WHERE status = 'delivered' AND kind IN ('emit', 'wait')`,

    `CREATE TABLE ${s}.quarantine (id ${key} PRIMARY KEY, source ${key}, doc text NOT NULL)`,
    `CREATE TABLE ${s}.dead_letters (id ${key} PRIMARY KEY, doc text NOT NULL)`,

    `CREATE TABLE ${s}.receipts (batch ${key} PRIMARY KEY, partition integer NOT NULL, at bigint NOT NULL)`,
    `CREATE INDEX ON ${s}.receipts (at)`,
    // By partition, so that commits of different partitions do not wait for each other's rows.
    `CREATE TABLE ${s}.counters (partition integer, kind text, key ${key}, name text NOT NULL, n bigint NOT NULL,
       PRIMARY KEY (partition, kind, key))`,
    `CREATE TABLE ${s}.records (kind ${key}, id ${key}, rev bigint NOT NULL, name text NOT NULL, doc text NOT NULL,
       PRIMARY KEY (kind, id))`,
  ];
}

/**
 * The step to form 2. Rows that are written over and over find room beside themselves, so that no index has to follow
 * them; a document of up to 8 KB, which every batch of its person writes whole, is not compressed for it; and a commit
 * can be rolled back for a conflict.
 */
function second(s: string): string[] {
  return [
    `ALTER TABLE ${s}.profiles SET (fillfactor = 50, toast_tuple_target = 8160)`,
    `ALTER TABLE ${s}.counters SET (fillfactor = 50)`,
    `CREATE OR REPLACE FUNCTION ${s}.require_all(lost text[]) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN
       IF cardinality(lost) > 0 THEN RAISE EXCEPTION 'a profile was in conflict' USING ERRCODE = 'TRB02'; END IF;
     END $f$`,
  ];
}
