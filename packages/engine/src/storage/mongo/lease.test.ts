import { type MongoServer, need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCommit, aDelivery, newId } from '../contract/builders.js';
import type { Store } from '../port.js';
import { createMongoStore } from './store.js';

const servers = need('mongo');

describe.skipIf(!servers.ok)('leases on MongoDB', () => {
  let server: MongoServer;
  let store: Store;
  beforeAll(async () => {
    server = await startMongo();
    store = createMongoStore({ url: await server.createDatabase() });
    await store.open();
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  it('come to every destination in turn, however many of them are always due', async () => {
    const destinations = ['', 'a', 'b', 'c', 'd', 'e', 'f'].map((name) => name && `${name}.example`);
    const entries = destinations.flatMap((destination) => [1, 2, 3].map(() => aDelivery({ destination })));
    await store.commit(aCommit({ outbox: entries.map((entry) => ({ profile: newId(), entry })) }));
    const met: string[] = [];
    for (let i = 0; i < 7; i++) {
      const query = {
        now: Date.now(),
        leaseMs: 60_000,
        lease: newId(),
        limit: 1,
        destinations: 2,
        except: ['c.example'],
      };
      met.push(...(await store.leaseDeliveries(query)).map(({ destination }) => destination));
    }
    expect(met).toHaveLength(14);
    for (const destination of destinations) {
      const times = met.filter((one) => one === destination).length;
      if (destination === 'c.example') expect(times).toBe(0);
      else expect(times).toBeGreaterThanOrEqual(2);
    }
  });
});
