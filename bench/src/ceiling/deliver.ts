import pg from 'pg';
import { given, tell } from '../programs/program.js';
import { bodyOf, CALLS, Outside } from './outside.js';

export interface DeliverOptions {
  store: string;
  receiver: string;
}

/** Rows that are read at a time. */
const READ = 1_000;

/** The delivery program without logic: reads due rows, signs, posts, marks the row. */
const { store, receiver } = given<DeliverOptions>();
const database = new pg.Pool({ connectionString: store, max: 3 });
const outside = new Outside(receiver);

interface Due {
  id: string;
  doc: string;
}

async function read(after: string): Promise<Due[]> {
  const { rows } = await database.query<Due>({
    name: 'read',
    text: `SELECT id, doc FROM tributary.deliveries
           WHERE status = 'pending' AND ready_at <= $1 AND id > $2 ORDER BY id LIMIT ${READ}`,
    values: [Date.now(), after],
  });
  return rows;
}

function mark(rows: readonly Due[]): Promise<unknown> {
  const text = `UPDATE tributary.deliveries SET status = 'delivered', updated_at = $2 WHERE id = ANY($1::text[])`;
  return database.query({ name: 'mark', text, values: [rows.map(({ id }) => id), new Date().toISOString()] });
}

/** Delivers until there is nothing left; the next rows are read and the last ones marked while calls are under way. */
async function run(): Promise<number> {
  let done = 0;
  let marked: Promise<unknown> = Promise.resolve();
  let next = read('');
  for (;;) {
    const rows = await next;
    if (rows.length === 0) break;
    next = read(rows.at(-1)?.id ?? '');
    let at = 0;
    const lane = async () => {
      while (at < rows.length) {
        const { id, doc } = rows[at++] as Due;
        await outside.call(id, bodyOf(doc));
      }
    };
    await Promise.all(Array.from({ length: CALLS }, lane));
    await marked;
    marked = mark(rows);
    done += rows.length;
  }
  await marked;
  return done;
}

process.on('message', async () => {
  const begun = performance.now();
  const done = await run();
  tell({ done, seconds: (performance.now() - begun) / 1_000 });
});
process.on('disconnect', () => process.exit(0));
tell({});
