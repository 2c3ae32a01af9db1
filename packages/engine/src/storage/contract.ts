import { afterAll, beforeAll, describe } from 'vitest';
import { accountingContract } from './contract/accounting.js';
import { claimsContract } from './contract/claims.js';
import { commitContract } from './contract/commit.js';
import { concurrencyContract } from './contract/concurrency.js';
import { deliveriesContract } from './contract/deliveries.js';
import { identifiersContract } from './contract/identifiers.js';
import { leasesContract } from './contract/leases.js';
import { lifecycleContract } from './contract/lifecycle.js';
import { listsContract } from './contract/lists.js';
import { profilesContract } from './contract/profiles.js';
import { recordsContract } from './contract/records.js';
import { rejectedContract } from './contract/rejected.js';
import type { ContractStore, Subject } from './contract/subject.js';
import { timelineContract } from './contract/timeline.js';
import { valuesContract } from './contract/values.js';
import { wholeContract } from './contract/whole.js';

export type { ContractStore } from './contract/subject.js';

/**
 * What every store driver must pass. One store serves the whole suite, so each test uses ids of its own.
 *
 * @example
 * storeContract('postgres', async () => ({ store: await open(), reopen: open, close: () => server.stop() }));
 */
export function storeContract(name: string, makeStore: () => Promise<ContractStore>): void {
  describe(`the store contract on ${name}`, () => {
    let made: ContractStore | undefined;
    const subject: Subject = {
      get store() {
        if (!made) throw new Error('The store of this suite was not made.');
        return made.store;
      },
      async reopen() {
        if (!made?.reopen) return false;
        made.store = await made.reopen();
        return true;
      },
    };
    beforeAll(async () => {
      made = await makeStore();
      await made.store.open();
    });
    afterAll(async () => made?.close());

    claimsContract(subject);
    identifiersContract(subject);
    profilesContract(subject);
    commitContract(subject);
    wholeContract(subject);
    concurrencyContract(subject);
    rejectedContract(subject);
    valuesContract(subject);
    timelineContract(subject);
    listsContract(subject);
    deliveriesContract(subject);
    leasesContract(subject);
    recordsContract(subject);
    accountingContract(subject);
    lifecycleContract(subject);
  });
}
