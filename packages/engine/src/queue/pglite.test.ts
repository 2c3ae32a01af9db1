import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueContract } from './contract.js';
import { addNumbered, closing, drained, type QueueBed, upTo } from './contract-bed.js';
import { killContract } from './contract-kill.js';
import { createPostgresQueue } from './postgres.js';

let folder: string;
let pglite: PGlite | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-queue-'));
  pglite = await PGlite.create(folder);
});
afterAll(async () => {
  await pglite?.close();
  await rm(folder, { recursive: true, force: true });
});

async function make(): Promise<QueueBed> {
  const schema = `q_${randomUUID().replaceAll('-', '')}`;
  const queues = closing(async (options) => {
    pglite ??= await PGlite.create(folder);
    return await createPostgresQueue({ pglite, schema, partitions: 2, ...options });
  });
  const handOver = async () => {
    await queues.closeAll();
    await pglite?.close();
    pglite = undefined;
  };
  const address = { kind: 'pglite', folder, schema } as const;
  return { address, shared: false, open: queues.open, handOver, close: queues.closeAll };
}

queueContract('PGlite', make);
killContract('PGlite', make);

it('shares its PGlite with others, also in the middle of their transactions', async () => {
  const bed = await make();
  const queue = await bed.open();
  const db = pglite as PGlite;
  await db.exec('CREATE TABLE job (mine text); CREATE TABLE meta (mine text)');
  const verified: boolean[] = [];
  queue.work(async ({ accepted }, lease) => {
    await db.transaction(async (tx) => {
      await tx.query('INSERT INTO job (mine) VALUES ($1)', [String(accepted)]);
      verified.push(await lease.verify());
    });
  });
  await addNumbered(queue, 0, 5);
  await drained(queue);
  expect(verified).toEqual([true, true, true, true, true]);
  expect((await db.query('SELECT mine FROM job')).rows).toEqual(upTo(5).map((n) => ({ mine: String(n) })));
  expect((await db.query('SELECT current_schema()')).rows).toEqual([{ current_schema: 'public' }]);
  await bed.close();
});
