import { need, startMongo } from '@tributary/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createMongoStore } from '../storage/mongo/store.js';
import type { Store } from '../storage/port.js';
import { memoryStore } from '../testing/bench.js';
import { weaken } from '../testing/hooks.js';
import { PLAYS } from '../testing/safeguard-plays.js';

afterEach(() => weaken(undefined));

/** Each safeguard has a play of crashes or of two workers that ends well with it, and badly without. */
function everySafeguard(name: string, fresh: () => Promise<Store>): void {
  describe(name, () => {
    for (const [safeguard, { broken, play }] of Object.entries(PLAYS)) {
      it(`with ${safeguard} the outcome is right`, { timeout: 60_000 }, async () => {
        expect(await play(await fresh())).toEqual('right');
      });
      it(`without ${safeguard}: ${broken}`, { timeout: 60_000 }, async () => {
        weaken(safeguard as keyof typeof PLAYS);
        expect(await play(await fresh())).toEqual(broken);
      });
    }
  });
}

describe('what each safeguard is for', () => {
  everySafeguard('PostgreSQL in the process', memoryStore);

  const servers = need('mongo');
  describe.skipIf(!servers.ok)('on MongoDB', () => {
    let mongo: Awaited<ReturnType<typeof startMongo>> | undefined;
    afterAll(() => mongo?.stop());
    everySafeguard('MongoDB', async () => {
      mongo ??= await startMongo();
      return createMongoStore({ url: await mongo.createDatabase() });
    });
  });
});
