import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PARTITIONS, POISON, QUICK, type QueueAddress } from './contract-address.js';
import { createPostgresQueue } from './postgres.js';
import { createRedisQueue } from './redis.js';

/** A worker process for the kill test: writes a line when it begins a batch, and one when it ends it. */
const [addressJson = '', log = ''] = process.argv.slice(2);

async function open(address: QueueAddress) {
  const options = { partitions: PARTITIONS, settings: QUICK };
  if (address.kind === 'redis') return await createRedisQueue({ ...address, ...options });
  if (address.kind === 'postgres') return await createPostgresQueue({ ...address, ...options });
  const pglite = await PGlite.create(address.folder);
  return await createPostgresQueue({ pglite, schema: address.schema, ...options });
}

const queue = await open(JSON.parse(addressJson) as QueueAddress);
queue.work(async ({ partition, accepted }, { attempt, stalls }) => {
  appendFileSync(log, `begin ${partition} ${accepted} ${attempt} ${process.pid}\n`);
  await sleep(15);
  // One batch takes its worker along, more than once.
  if (partition === 0 && accepted === POISON && attempt <= 3) process.kill(process.pid, 'SIGKILL');
  appendFileSync(log, `end ${partition} ${accepted} ${attempt} ${process.pid} ${stalls}\n`);
});
