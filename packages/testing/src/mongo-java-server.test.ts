import { type Collection, type Document, type Filter, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MongoServer, startMongo } from './mongo.js';
import { need } from './need.js';

const servers = need('mongo');

const KEYS = [{ a: 1 }, { a: 1, b: 1 }, { b: 1, c: 1, a: 1 }, { tags: 1, _id: 1 }, { c: 1, tags: 1 }] as const;
const SHAPES: ((value: () => unknown) => unknown)[] = [
  (value) => value(),
  (value) => ({ $in: [value(), value()] }),
  (value) => ({ $lt: value() }),
  (value) => ({ $lte: value() }),
  (value) => ({ $gt: value() }),
  (value) => ({ $gte: value(), $lt: value() }),
  (value) => ({ $gt: value(), $lte: value() }),
  (value) => ({ $ne: value() }),
  () => ({ $exists: true }),
  () => ({ $in: [] }),
  (value) => ({ $nin: [value(), value()] }),
  (value) => ({ $gt: value(), $nin: [value()] }),
  // Ends of texts, which must not be taken for ends of values.
  () => ({ $gte: 'x', $lt: 'x\0\0' }),
];

describe.skipIf(!servers.ok)('the indexes of the MongoDB server for tests', () => {
  let mongo: MongoServer;
  let client: MongoClient;
  let plain: Collection<Document & { _id: string }>;
  let indexed: typeof plain;

  beforeAll(async () => {
    mongo = await startMongo();
    await open(await mongo.createDatabase());
    await indexed.createIndexes(KEYS.map((key) => ({ key })));
  });
  afterAll(async () => {
    await client?.close();
    await mongo?.stop();
  });

  async function open(url: string): Promise<void> {
    await client?.close();
    client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
    plain = client.db().collection('plain');
    indexed = client.db().collection('indexed');
  }

  /** Numbers below `n` that are the same in each run. */
  function numbers(seed: number): (n: number) => number {
    let state = seed;
    return (n) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % n;
    };
  }

  function drawn(draw: (n: number) => number): () => unknown {
    const values = [0, 1, 2, 2.5, 3, -1, 'x', 'x\0', 'x\0\0y', 'zz', null, true, ''];
    return () => values[draw(values.length)];
  }

  function documentOf(draw: (n: number) => number): Document {
    const value = drawn(draw);
    const document: Document = {};
    for (const field of ['a', 'b', 'c']) if (draw(5) > 0) document[field] = value();
    if (draw(3) > 0) document.tags = Array.from({ length: draw(4) }, () => ['red', 'green', 'blue'][draw(3)]);
    return document;
  }

  function filterOf(draw: (n: number) => number): Filter<Document & { _id: string }> {
    const value = drawn(draw);
    const filter: Document = {};
    for (const field of ['a', 'b', 'c']) {
      if (draw(2) === 0) filter[field] = (SHAPES[draw(SHAPES.length)] as (typeof SHAPES)[number])(value);
    }
    if (draw(3) === 0) filter.tags = draw(2) === 0 ? 'red' : { $in: ['green', 'blue'] };
    if (draw(6) === 0) filter._id = draw(2) === 0 ? `d${draw(80)}` : { $in: [`d${draw(80)}`, `d${draw(80)}`, 'none'] };
    return filter;
  }

  async function expectTheSameAnswers(draw: (n: number) => number, times: number): Promise<void> {
    let found = 0;
    for (let i = 0; i < times; i++) {
      const filter = filterOf(draw);
      const [here, there] = await Promise.all(
        [plain, indexed].map((collection) => collection.find(filter).sort({ _id: 1 }).toArray()),
      );
      expect(there, JSON.stringify(filter)).toEqual(here);
      found += (here as unknown[]).length;
    }
    // Questions that find nothing would prove nothing.
    expect(found).toBeGreaterThan(times);
  }

  it('find what a reading of the whole collection finds, while documents come, change and go, and after a restart', async () => {
    const draw = numbers(7);
    const ids = Array.from({ length: 80 }, (_, i) => `d${i}`);
    for (const _id of ids) {
      const document = documentOf(draw);
      await Promise.all([plain, indexed].map((collection) => collection.insertOne({ _id, ...document })));
    }
    await expectTheSameAnswers(draw, 300);
    for (let i = 0; i < 120; i++) {
      const _id = ids[draw(ids.length)] as string;
      const [$set, gone] = [documentOf(draw), draw(4) === 0];
      for (const collection of [plain, indexed]) {
        if (gone) await collection.deleteOne({ _id });
        else if (Object.keys($set).length > 0) await collection.updateOne({ _id }, { $set }, { upsert: true });
      }
    }
    await expectTheSameAnswers(draw, 300);
    if (process.env.MONGODB_URL) return;
    await mongo.restart();
    await expectTheSameAnswers(draw, 300);
  });
});
