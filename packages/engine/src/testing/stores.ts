import { need, startMongo } from '@tributary/testing';
import { afterAll, describe } from 'vitest';
import { createMongoStore } from '../storage/mongo/store.js';
import type { Store } from '../storage/port.js';
import { memoryStore } from './bench.js';

/** Declares tests of the pipeline on each kind of store: one that writes a commit as a whole, and one that does not. */
export function onEachStore(declare: (fresh: () => Promise<Store>) => void): void {
  describe('on PostgreSQL in the process', () => declare(memoryStore));

  describe.skipIf(!need('mongo').ok)('on MongoDB', () => {
    let mongo: Awaited<ReturnType<typeof startMongo>> | undefined;
    afterAll(() => mongo?.stop());
    declare(async () => {
      mongo ??= await startMongo();
      return createMongoStore({ url: await mongo.createDatabase() });
    });
  });
}
