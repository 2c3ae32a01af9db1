import type { DeliveryStore } from '../storage/port.js';

export interface HeldOptions {
  lease: string;
  /** Milliseconds of a lease; it is renewed three times in that time. */
  leaseMs: number;
  onError(error: unknown): void;
}

/** Rows that were leased together: each is held until it is let go. */
export class HeldRows {
  readonly #ids: Set<string>;
  readonly #renewing: NodeJS.Timeout;
  #renewal: Promise<void> = Promise.resolve();

  readonly lease: string;

  constructor(
    private readonly store: DeliveryStore,
    ids: readonly string[],
    { lease, leaseMs, onError }: HeldOptions,
  ) {
    this.lease = lease;
    this.#ids = new Set(ids);
    const renew = () => {
      const renewal = store.renewDeliveries([...this.#ids], lease, Date.now() + leaseMs).catch(onError);
      this.#renewal = Promise.all([this.#renewal, renewal]).then(() => undefined);
    };
    this.#renewing = setInterval(renew, leaseMs / 3);
  }

  /** Lets others have these of them at once. */
  async giveBack(ids: string[]): Promise<void> {
    for (const id of ids) this.letGo(id);
    // Renewals that are under way must not come after it.
    await this.#renewal;
    await this.store.renewDeliveries(ids, this.lease, Date.now());
  }

  letGo(id: string): void {
    this.#ids.delete(id);
    if (this.#ids.size === 0) clearInterval(this.#renewing);
  }
}
