import { StoreUnavailable } from '../port.js';
import type { Db } from './sql.js';

/** Makes this process the owner: waits for running commits of the one before, and ends its right to make more. */
export async function raiseEpoch({ sql, schema }: Db): Promise<number> {
  const [row] = await sql.query<{ epoch: string | number }>(
    `UPDATE ${schema}.owner SET epoch = epoch + 1 RETURNING epoch`,
  );
  return Number(row?.epoch);
}

/** Writes a heartbeat and reads it back. */
export async function beat({ sql, schema }: Db, role: string): Promise<void> {
  const at = Date.now();
  const [row] = await sql.query<{ at: string | number }>(
    `INSERT INTO ${schema}.heartbeats AS h (role, at) VALUES ($1, $2)
     ON CONFLICT (role) DO UPDATE SET at = greatest(h.at, excluded.at) RETURNING at`,
    [role, at],
  );
  if (Number(row?.at) < at) throw new StoreUnavailable('PostgreSQL took a heartbeat and does not have it.');
}
