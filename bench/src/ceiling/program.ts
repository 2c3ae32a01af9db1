import { createPostgresStore, openEmbedded, pgliteSql, poolSql } from '@tributary/engine';
import { createMongoStore } from '@tributary/engine/mongo';
import { given, tell } from '../programs/program.js';
import type { Backend } from '../servers/backends.js';
import { startApi } from './api.js';
import { Deliveries } from './deliveries.js';
import { pgliteQueue, type RowQueue, redisQueue } from './queues.js';
import type { RowWriter } from './rows.js';
import { MongoWriter } from './write-mongo.js';
import { type Delivered, SqlWriter } from './write-sql.js';

export interface BareOptions {
  backend: Backend;
  role: 'api' | 'worker' | 'both';
  /** Text of a stored profile. */
  profile: string;
  /** With it each event is delivered. */
  delivered?: Delivered & { receiver: string };
}

/** The program without logic: takes the job, writes the rows, completes it. */
const { backend, role, profile, delivered } = given<BareOptions>();
const { queue, writer, deliveries, release } = await open();
let applied = 0;
if (role !== 'api') {
  queue.work(async (batch) => {
    await writer.write(batch);
    applied += batch.rows.length;
    deliveries?.add(batch.rows);
  });
}
const url = role === 'worker' ? undefined : await startApi(queue);
process.on('message', async ({ kind }: { kind: 'applied' | 'close' }) => {
  if (kind === 'close') {
    await deliveries?.marked();
    await release();
  }
  tell({ applied });
});
process.on('disconnect', () => process.exit(0));
tell({ url });

/** The tables and their indexes are those that Tributary makes. */
async function open(): Promise<{
  queue: RowQueue;
  writer: RowWriter;
  deliveries?: Deliveries;
  release(): Promise<void>;
}> {
  const { name, redisUrl = '', store } = backend;
  if (name === 'embedded') {
    const { pglite, release: close } = await openEmbedded(store);
    const sql = pgliteSql(pglite);
    await createPostgresStore({ sql }).open();
    return { queue: await pgliteQueue(pglite), writer: new SqlWriter(sql, profile), release: close };
  }
  const none = async () => undefined;
  if (name === 'mongo') {
    await createMongoStore({ url: store }).open();
    return { queue: redisQueue(redisUrl), writer: new MongoWriter(store, profile), release: none };
  }
  const sql = poolSql({ url: store });
  await createPostgresStore({ sql }).open();
  return {
    queue: redisQueue(redisUrl),
    writer: new SqlWriter(sql, profile, delivered),
    ...(delivered && { deliveries: new Deliveries(sql, delivered) }),
    release: none,
  };
}
