import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll } from 'vitest';
import { queueContract } from './contract.js';
import { closing, type QueueBed } from './contract-bed.js';
import { killContract } from './contract-kill.js';
import { createPostgresQueue } from './postgres.js';

let folder: string;
let pglite: PGlite | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-queue-'));
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
