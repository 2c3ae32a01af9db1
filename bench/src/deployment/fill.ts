import { openEmbedded, pgliteSql, poolSql } from '@tributary/engine';
import type { Backend } from '../servers/backends.js';

/** Rows of one statement. */
const STEP = 50_000;

/**
 * Copies the profile of the device `from` so often, under ids and devices of their own (as `deviceOf` numbers them).
 * The program must not run on the backend, which is one of PostgreSQL, in a server or embedded.
 */
export async function fillProfiles({ name, store }: Backend, from: string, count: number): Promise<void> {
  const opened = name === 'embedded' ? await openEmbedded(store) : undefined;
  const sql = opened ? pgliteSql(opened.pglite) : poolSql({ url: store, max: 1, timeoutMs: 600_000 });
  try {
    for (let begin = 0; begin < count; begin += STEP) {
      const values = [begin, Math.min(begin + STEP, count) - 1, `anonymousId:${from}`, from];
      await sql.query(PROFILES, values);
      await sql.query(IDENTIFIERS, values);
    }
    await sql.query('ANALYZE tributary.profiles');
    await sql.query('ANALYZE tributary.identifiers');
  } finally {
    await sql.close();
    await opened?.release();
  }
}

const NEW = `
  generate_series($1::integer, $2::integer) n
  CROSS JOIN LATERAL (SELECT '01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS id,
    'device-' || lpad(n::text, 8, '0') AS device) new
  CROSS JOIN (SELECT id, profile, doc FROM tributary.identifiers WHERE id = $3) old`;

const PROFILES = `
  INSERT INTO tributary.profiles (id, version, frozen, segments, doc)
  SELECT new.id, p.version, false, p.segments, replace(replace(p.doc, old.profile, new.id), $4, new.device)
  FROM ${NEW} JOIN tributary.profiles p ON p.id = old.profile`;

const IDENTIFIERS = `
  INSERT INTO tributary.identifiers (id, profile, rev, doc)
  SELECT 'anonymousId:' || new.device, new.id, 1, replace(replace(old.doc, old.profile, new.id), $4, new.device)
  FROM ${NEW}`;
