import { existsSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MongoServer, startMongo } from './mongo.js';
import { need } from './need.js';

const servers = need('mongo');
// A server given by MONGODB_URL is neither restarted nor stopped by us.
const ours: (name: string, test: () => Promise<void>) => void = process.env.MONGODB_URL ? () => {} : it;

describe.skipIf(!servers.ok)('a MongoDB for tests', () => {
  let mongo: MongoServer;
  beforeAll(async () => {
    mongo = await startMongo();
  });
  afterAll(() => mongo.stop());

  async function withClient<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  it('answers the driver, and gives each test file a database of its own', async () => {
    const [one, two] = [await mongo.createDatabase(), await mongo.createDatabase()];
    await withClient(one, (client) => client.db().collection('things').insertOne({ name: 'only here' }));
    expect(await withClient(two, (client) => client.db().collection('things').countDocuments())).toBe(0);
  });

  ours('keeps its data over a restart, on the same port', async () => {
    const url = await mongo.createDatabase();
    await withClient(url, (client) => client.db().collection('things').insertOne({ name: 'kept' }));
    const before = mongo.pid;
    await mongo.restart();
    expect(mongo.pid).not.toBe(before);
    const found = await withClient(url, (client) => client.db().collection('things').findOne({ name: 'kept' }));
    expect(found).toMatchObject({ name: 'kept' });
  });

  ours('leaves nothing behind', async () => {
    const { pid, dir } = mongo;
    await mongo.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(existsSync(dir)).toBe(false);
  });
});
