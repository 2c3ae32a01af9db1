import { MongoClient } from 'mongodb';
import pg from 'pg';
import type { Backend } from '../servers/backends.js';
import type { Management } from './management.js';

/** Looks into the store from beside, so that looking costs the program under measurement as little as can be. */
export interface StoreEye {
  applied(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the eye on a backend; the embedded database has one owner, who is asked. */
export async function storeEye({ name, store }: Backend, manage: Management): Promise<StoreEye> {
  if (name === 'postgres') return postgresEye(store);
  if (name === 'mongo') return mongoEye(store);
  return {
    applied: async () => (await manage.get<{ applied: number }>('/api/accounting')).applied,
    close: async () => undefined,
  };
}

function postgresEye(url: string): StoreEye {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const sum = `SELECT coalesce(sum(n), 0) AS n FROM tributary.counters WHERE kind = 'count' AND key = 'applied'`;
  return {
    applied: async () => Number((await pool.query<{ n: string }>(sum)).rows[0]?.n),
    close: () => pool.end(),
  };
}

async function mongoEye(url: string): Promise<StoreEye> {
  const client = await MongoClient.connect(url, { maxPoolSize: 1 });
  const accounting = client.db().collection('accounting');
  return {
    async applied() {
      const partitions = await accounting.find({}, { projection: { 'counts.applied': 1 } }).toArray();
      return partitions.reduce((sum, { counts }) => sum + Number(counts?.applied ?? 0), 0);
    },
    close: () => client.close(),
  };
}
