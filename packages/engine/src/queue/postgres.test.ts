import { randomUUID } from 'node:crypto';
import { need, startPostgres } from '@tributary/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { queueContract } from './contract.js';
import { closing, type QueueBed } from './contract-bed.js';
import { killContract } from './contract-kill.js';
import { outageContract } from './contract-outage.js';
import { createPostgresQueue } from './postgres.js';

describe.skipIf(!need('postgres').ok)('PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function make(): Promise<QueueBed> {
    const { url } = server;
    const schema = `q_${randomUUID().replaceAll('-', '')}`;
    const queues = closing((options) => createPostgresQueue({ url, schema, partitions: 2, ...options }));
    const address = { kind: 'postgres', url, schema } as const;
    return { address, shared: false, open: queues.open, handOver: queues.closeAll, close: queues.closeAll };
  }

  queueContract('PostgreSQL', make);
  killContract('PostgreSQL', make);
  outageContract('PostgreSQL', make, () => server);
});
