import type { Store } from '../port.js';

/** What a driver's test gives to the suite. */
export interface ContractStore {
  store: Store;
  /** Closes the store and opens it again on the same data; absent where the data lives in memory only. */
  reopen?(): Promise<Store>;
  close(): Promise<void>;
}

/** The store under test, as the groups of the suite see it. */
export interface Subject {
  readonly store: Store;
  /** False when this driver cannot be opened again on the same data. */
  reopen(): Promise<boolean>;
}
