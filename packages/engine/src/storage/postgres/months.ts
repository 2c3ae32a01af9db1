import type { Db } from './sql.js';

const DAY = 86_400_000;

/** The months of events: a table each, made when the first event of a month comes. */
export interface Months {
  /** Makes the months of these instants (ISO 8601), if they are not there. */
  ensure(instants: Iterable<string>): Promise<void>;
  /** Forgets which months are there: another process has dropped one. */
  forget(): void;
  /** Drops the months that end before this instant. */
  drop(before: number): Promise<void>;
}

export function createMonths({ sql, schema }: Db): Months {
  const known = new Set<string>();

  async function make(month: string): Promise<void> {
    await sql.transaction(async (query) => {
      await query('SELECT pg_advisory_xact_lock(hashtext($1))', [`tributary ${schema} months`]);
      await query(
        `CREATE TABLE IF NOT EXISTS ${tableOf(schema, month)} PARTITION OF ${schema}.events
         FOR VALUES FROM ('${month}-01T00:00:00Z') TO ('${nextMonth(month)}-01T00:00:00Z')`,
      );
    });
    known.add(month);
  }

  return {
    async ensure(instants) {
      const months = new Set<string>();
      for (const instant of instants) months.add(monthOf(Date.parse(instant)));
      for (const month of months) if (!known.has(month)) await make(month);
    },
    forget: () => known.clear(),
    async drop(before) {
      const found = await sql.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = '${schema}.events'::regclass`,
      );
      for (const { name } of found) {
        const month = /^events_(\d{4})_(\d\d)$/.exec(name)?.slice(1).join('-');
        if (month === undefined || Date.parse(`${nextMonth(month)}-01T00:00:00Z`) > before) continue;
        known.delete(month);
        await sql.query(`DROP TABLE IF EXISTS ${tableOf(schema, month)}`);
      }
    },
  };
}

/** `YYYY-MM` of an instant. */
function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

function nextMonth(month: string): string {
  return monthOf(Date.parse(`${month}-01T00:00:00Z`) + 31 * DAY);
}

function tableOf(schema: string, month: string): string {
  return `${schema}.events_${month.replace('-', '_')}`;
}

/** The months that a start makes: this one, and the next, so that its first event need not wait. */
export function monthsFrom(now: number): string[] {
  return [new Date(now).toISOString(), `${nextMonth(monthOf(now))}-01T00:00:00Z`];
}
