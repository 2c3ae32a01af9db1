import type { BatchItem } from '../events/batch.js';
import { type SealedItems, sealGroups } from '../events/sealed.js';
import type { Queue } from '../queue/port.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { type Gathering, Lane } from './lane.js';

/** The ways into all partitions from this process. */
export class Lanes {
  /** What events from outside are shared between. */
  readonly count: number;
  readonly #lanes: Lane[];

  constructor(queue: Queue, telemetry?: Telemetry) {
    this.count = queue.partitions;
    this.#lanes = Array.from({ length: queue.allPartitions }, (_, partition) => new Lane(queue, partition, telemetry));
  }

  /** Resolves once the items are in the durable queue. */
  add(partition: number, items: readonly BatchItem[], gathering?: Gathering): Promise<void> {
    return this.#lane(partition).add(items, gathering);
  }

  /** The same for several partitions: one promise for each. */
  addAll(groups: ReadonlyMap<number, readonly BatchItem[]>, gathering?: Gathering): Promise<void>[] {
    const sealed = sealGroups([...groups.values()]);
    return [...groups.keys()].map((partition, i) => {
      return this.#lane(partition).addSealed(sealed[i] as SealedItems, gathering);
    });
  }

  /** Items that wait in this process to enter a partition. */
  depth(partition: number): number {
    return this.#lane(partition).depth;
  }

  /** The store may name a partition that a queue which was lost and made anew does not have: its work goes into another. */
  #lane(partition: number): Lane {
    return this.#lanes[partition % this.#lanes.length] as Lane;
  }
}
