import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MongoServer, need, startMongo } from '@tributary/testing';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../contract/builders.js';
import { StoreUnavailable } from '../port.js';
import { inTime } from './in-time.js';
import { createMongoStore } from './store.js';

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
    /** Closes the connections in the orderly way, as a server does that is stopped. */
    hangUp() {
      for (const socket of sockets) {
        // What still comes is read, and nobody does it.
        socket.removeAllListeners('data').resume().end();
        setTimeout(() => socket.destroy(), 50);
      }
      sockets.clear();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

describe.skipIf(!servers.ok)('a server', () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongo();
  });
  afterAll(() => server?.stop());

  it('that stands still while much is written is away for whoever waits, though the driver leaves him waiting', async () => {
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
      const stillOpen = await Promise.race([answer.catch(() => false), sleep(100, true)]);
      expect(stillOpen).toBe(true);
    } finally {
      proxy.close();
      await client.close(true);
    }
  }, 60_000);

  it('that closes connections between commands holds nobody for ever', async () => {
    const proxy = await deafProxy(server.port);
    const url = (await server.createDatabase()).replace(`:${server.port}`, `:${proxy.port}`);
    const store = createMongoStore({ url });
    let n = 0;
    const claim = () =>
      store.claimMessages(Array.from({ length: 1 + (n++ % 30) }, () => ({ id: newId(), batch: newId() })));
    const odd: unknown[] = [];
    let isOver = false;
    const caller = async () => {
      while (!isOver) {
        await claim().catch((error: unknown) => error instanceof StoreUnavailable || odd.push(error));
        await sleep(Math.random() * 20);
      }
    };
    try {
      await store.open();
      const callers = Promise.all(Array.from({ length: 24 }, caller));
      for (let cuts = 0; cuts < 10; cuts++) {
        await sleep(200 + Math.random() * 400);
        proxy.hangUp();
      }
      isOver = true;
      const told = await Promise.race([callers.then(() => 'all'), sleep(25_000, 'not all')]);
      expect({ told, odd }).toEqual({ told: 'all', odd: [] });
      await vi.waitFor(claim, { timeout: 10_000 });
    } finally {
      proxy.close();
      await store.close();
    }
  }, 60_000);

  it('is waited for without limit where the driver has none', async () => {
    const client = new MongoClient('mongodb://127.0.0.1', { socketTimeoutMS: 0 });
    const answer = Promise.resolve(1);
    expect(inTime(client, answer)).toBe(answer);
  });
});
