import { type MongoServer, need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRASH_POINTS, type CrashPoint } from '../../../telemetry/crash-point.js';
import { crashAt, onCrashPoint } from '../../../testing/hooks.js';
import { aCommit, aReceipt, newId } from '../../contract/builders.js';
import type { Store } from '../../port.js';
import { createMongoStore } from '../store.js';
import { expectOnce } from './once.js';
import { perform, someWork } from './worker.js';

const servers = need('mongo');

const STEPS = CRASH_POINTS.filter((point) => point.startsWith('mongo:'));

describe.skipIf(!servers.ok)('a commit on MongoDB', () => {
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

  it.each(STEPS)('that died after its step "%s" and is repeated does everything once', async (step) => {
    const work = someWork();
    await crashAt(step, () => perform(store, work));
    await perform(store, work);
    await expectOnce(store, work);
    await perform(store, work);
    await expectOnce(store, work);
  });

  it('that dies after every step in turn does everything once', async () => {
    const work = someWork();
    for (const step of STEPS) {
      await crashAt(step, () => perform(store, work));
      // What was counted is done: the rest is not even begun again.
      if (step === 'mongo:counted') break;
      await crashAt(step, () => perform(store, work));
    }
    await perform(store, work);
    await expectOnce(store, work);
  });

  it.each(STEPS)(
    'that sleeps after its step "%s" while another worker repeats it does everything once',
    async (step) => {
      const work = someWork();
      let wake = () => {};
      const asleep = new Promise<void>((reached) => {
        onCrashPoint((now: CrashPoint) => {
          if (now !== step) return;
          onCrashPoint(undefined);
          reached();
          return new Promise<void>((resolve) => {
            wake = resolve;
          });
        });
      });
      const sleeper = perform(store, work);
      await asleep;
      await perform(store, work);
      wake();
      await sleeper;
      await expectOnce(store, work);
    },
  );

  it('counts a batch once, also when its worker wakes after more batches than the accounting remembers', async () => {
    const partition = 9;
    const batch = newId();
    const receipt = aReceipt(batch, { partition, nodes: { 'late@1/a/out': 1 } });
    const commit = aCommit({ batch, partition, receipts: [receipt] });
    await store.commit(commit);
    for (let i = 0; i < 201; i++) {
      const other = newId();
      await store.commit(aCommit({ batch: other, partition, receipts: [aReceipt(other, { partition })] }));
    }
    await store.commit(commit);
    expect((await store.accounting()).nodes['late@1/a/out']).toBe(1);
  });
});
