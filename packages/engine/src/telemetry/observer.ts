import type { Counts } from '../storage/port.js';

/** How an attempt at a delivery ended: `failed` is tried again, `dead` is given up. */
export type DeliveryResult = 'delivered' | 'failed' | 'dead';

/** A batch that this process brought to its receipt. */
export interface BatchDone {
  partition: number;
  items: number;
  ms: number;
  /** As on the receipt: a replay is taken from the list where it was. */
  counts: Counts;
  /** Events that came out of the quarantine and the dead letters, which `counts` has subtracted. */
  replayed: Pick<Counts, 'quarantined' | 'deadLettered'>;
}

/** Is told what happens in this process. It must be quick, and must not throw. */
export interface Observer {
  /** Events of one request are in the durable queue. */
  accepted(events: number): void;
  /** A request was not taken: no room in the queue, or no queue. */
  refused(reason: 'full' | 'unavailable'): void;
  /** A batch went into the queue. */
  enqueued(ms: number): void;
  batchDone(done: BatchDone): void;
  /** A batch was not finished: `failed` is begun again here, `given-back` by whoever owns it now. */
  batchUndone(how: 'failed' | 'given-back'): void;
  committed(ms: number): void;
  conflicts(profiles: number): void;
  deliveryBegins(): void;
  /** The call to the outside is over, whatever came of it. */
  deliveryEnds(ms: number): void;
  /** What became of the attempt, once it is stored. */
  delivery(destination: string, result: DeliveryResult): void;
}

const nothing = () => undefined;

/** For an engine that nobody watches. */
export const NO_OBSERVER: Observer = {
  accepted: nothing,
  refused: nothing,
  enqueued: nothing,
  batchDone: nothing,
  batchUndone: nothing,
  committed: nothing,
  conflicts: nothing,
  deliveryBegins: nothing,
  deliveryEnds: nothing,
  delivery: nothing,
};
