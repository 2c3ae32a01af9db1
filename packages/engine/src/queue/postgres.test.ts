import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { need, startPostgres } from '@tributary/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueContract } from './contract.js';
import { closing, drained, numbered, type QueueBed, sealed } from './contract-bed.js';
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

  it('takes back a batch that PostgreSQL gave it in an answer that was lost', async () => {
    const bed = await make();
    const { url, schema } = bed.address as { url: string; schema: string };
    const queue = await bed.open();
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    const begun: number[] = [];
    let token = '';
    queue.work(async ({ accepted }) => {
      begun.push(accepted);
      const { rows } = await client.query(`SELECT lock_token FROM job WHERE queue = 'p0' AND state = 'active'`);
      token = rows[0].lock_token;
    });
    await queue.add(0, sealed(numbered(0, 0)));
    await drained(queue);
    await client.query(`CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.state := 'active'; NEW.lock_token := '${token}'; RETURN NEW; END $$`);
    await client.query('CREATE TRIGGER take BEFORE INSERT ON job FOR EACH ROW EXECUTE FUNCTION take()');
    await queue.add(0, sealed(numbered(0, 1)));
    await client.query('DROP TRIGGER take ON job');
    await queue.add(0, sealed(numbered(0, 2)));
    await drained(queue);
    expect(begun).toEqual([0, 1, 2]);
    await client.end();
    await bed.close();
  });

  it('begins a batch at once when it was idle', async () => {
    const bed = await make();
    const queue = await bed.open({ settings: { drainDelay: 30 } });
    const begun: number[] = [];
    queue.work(async () => void begun.push(Date.now()));
    await sleep(500);
    const added = Date.now();
    await queue.add(1, sealed(numbered(1, 0)));
    await drained(queue);
    expect((begun[0] ?? 0) - added).toBeLessThan(1_000);
    await bed.close();
  });

  it('works over a pool of the caller, whose search_path must be right', async () => {
    const bed = await make();
    const { url, schema } = bed.address as { url: string; schema: string };
    const wrong = new pg.Pool({ connectionString: url });
    await expect(createPostgresQueue({ pool: wrong, schema, partitions: 1 })).rejects.toMatchObject({
      code: 'SEARCH_PATH_WRONG',
    });
    await wrong.end();
    const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` });
    const queue = await createPostgresQueue({ pool, schema, partitions: 1 });
    await queue.add(0, sealed(numbered(0, 0)));
    expect(await queue.waiting()).toHaveLength(1);
    // This server is started without fsync, for speed.
    expect(await queue.warnings()).toEqual([expect.stringContaining('fsync')]);
    await queue.close();
    await pool.end();
    await bed.close();
  });
});
