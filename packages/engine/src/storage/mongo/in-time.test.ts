import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type MongoServer, need, startMongo } from '@tributary/testing';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StoreUnavailable } from '../port.js';
import { inTime } from './in-time.js';

const servers = need('mongo');

/** In front of a server: it can stop to read what it is sent, as a machine that stands still does. */
async function deafProxy(port: number) {
  const sockets = new Set<Socket>();
  let isDeaf = false;
  const proxy = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    sockets.add(near);
    near.on('data', (chunk) => (isDeaf ? near.pause() : far.write(chunk)));
    near.on('close', () => far.destroy());
    far.pipe(near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    deaf(is: boolean) {
      isDeaf = is;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

describe.skipIf(!servers.ok)('a server that stands still while much is written', () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongo();
  });
  afterAll(() => server?.stop());

  it('is away for whoever waits, though the driver leaves him waiting', async () => {
    const proxy = await deafProxy(server.port);
    const url = (await server.createDatabase()).replace(`:${server.port}`, `:${proxy.port}`);
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 1_000 });
    try {
      const collection = client.db().collection('large');
      await vi.waitFor(() => collection.insertOne({}), { timeout: 30_000 });
      proxy.deaf(true);
      // More than the sockets on the way hold.
      const answer = collection.insertMany(Array.from({ length: 140 }, () => ({ text: 'x'.repeat(100_000) })));
      await expect(inTime(client, answer)).rejects.toThrow(StoreUnavailable);
      // A driver that ends it by itself needs no `inTime`.
      const stillOpen = await Promise.race([
        answer.catch(() => false),
        new Promise((done) => setTimeout(done, 100, true)),
      ]);
      expect(stillOpen).toBe(true);
    } finally {
      proxy.close();
      await client.close(true);
    }
  }, 60_000);

  it('has no limit where the driver has none', async () => {
    const client = new MongoClient('mongodb://127.0.0.1', { socketTimeoutMS: 0 });
    const answer = Promise.resolve(1);
    expect(inTime(client, answer)).toBe(answer);
  });
});
