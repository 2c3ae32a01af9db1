import { type MongoServer, need, startMongo } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCommit, aReceipt, newId } from '../../contract/builders.js';
import type { Store } from '../../port.js';
import { COMMIT_STEPS, type CommitStep } from '../commit.js';
import { createMongoStore } from '../store.js';
import { expectOnce } from './once.js';
import { perform, someWork } from './worker.js';

const servers = need('mongo');

describe.skipIf(!servers.ok)('a commit on MongoDB', () => {
  let server: MongoServer;
  let store: Store;
  /** The same database, through a store that dies after the step of `dieAfter`. */
  let mortal: Store;
  let afterStep: (step: CommitStep) => void | Promise<void> = () => {};

  beforeAll(async () => {
    server = await startMongo();
    const url = await server.createDatabase();
    store = createMongoStore({ url });
    mortal = createMongoStore({ url, afterStep: (step) => afterStep(step) });
    await store.open();
  });
  afterAll(async () => {
    await store?.close();
    await mortal?.close();
    await server?.stop();
  });

  function dieAfter(step: CommitStep): void {
    afterStep = (now) => {
      if (now === step) throw new Error(`died after ${step}`);
    };
  }

  it.each(COMMIT_STEPS)('that died after its step "%s" and is repeated does everything once', async (step) => {
    const work = someWork();
    dieAfter(step);
    await expect(perform(mortal, work)).rejects.toThrow(`died after ${step}`);
    await perform(store, work);
    await expectOnce(store, work);
    await perform(store, work);
    await expectOnce(store, work);
  });

  it('that dies after every step in turn does everything once', async () => {
    const work = someWork();
    for (const step of [...COMMIT_STEPS, ...COMMIT_STEPS]) {
      dieAfter(step);
      // After the receipt there is nothing left to die in.
      await perform(mortal, work).catch(() => {});
    }
    await expectOnce(store, work);
  });

  it.each(COMMIT_STEPS)(
    'that sleeps after its step "%s" while another worker repeats it does everything once',
    async (step) => {
      const work = someWork();
      let wake = () => {};
      const asleep = new Promise<void>((reached) => {
        afterStep = (now) => {
          if (now !== step) return;
          afterStep = () => {};
          reached();
          return new Promise<void>((resolve) => {
            wake = resolve;
          });
        };
      });
      const sleeper = perform(mortal, work);
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
    const commit = aCommit({ batch, partition, receipt });
    await store.commit(commit);
    for (let i = 0; i < 201; i++) {
      const other = newId();
      await store.commit(aCommit({ batch: other, partition, receipt: aReceipt(other, { partition }) }));
    }
    await store.commit(commit);
    expect((await store.accounting()).nodes['late@1/a/out']).toBe(1);
  });
});
