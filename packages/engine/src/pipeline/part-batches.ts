import type { Batch } from '../events/batch.js';
import type { OfBatch } from '../profiles/profile.js';

/** Characters of a batch's id that stand for it in `after`. */
const END = 6;

/** The batches of a part, and what is theirs in a profile. */
export class PartBatches {
  readonly #names = new Map<string, OfBatch>();
  readonly #accepted = new Map<string, string>();
  readonly #partitions = new Set<number>();
  readonly #ends = new Set<string>();

  /** In their order. With `isWhole` none of them can be repeated after another was written. */
  constructor(batches: Iterable<Batch>, isWhole: boolean) {
    const before = new Map<number, readonly string[]>();
    for (const { id, partition, createdAt } of batches) {
      if (this.#names.has(id)) continue;
      const after = before.get(partition) ?? [];
      this.#names.set(id, { partition, batch: id, ...(after.length > 0 && !isWhole && { after }) });
      this.#accepted.set(id, new Date(createdAt).toISOString());
      before.set(partition, [...after, id.slice(-END)]);
      this.#partitions.add(partition);
      this.#ends.add(id.slice(-END));
    }
  }

  /** What is written of a batch with its marks and its outbox. */
  nameOf(batch: Batch): OfBatch {
    return this.#names.get(batch.id) as OfBatch;
  }

  /** What `now` is for its events, in ISO 8601: a repeat of the batch computes the same. */
  acceptedAt(batch: Batch): string {
    return this.#accepted.get(batch.id) as string;
  }

  has({ batch }: OfBatch): boolean {
    return this.#names.has(batch);
  }

  /** Whether it stays with a write by these batches: it is theirs, of another partition, or of a batch that comes later. */
  keeps({ partition, batch, after }: OfBatch): boolean {
    if (!this.#partitions.has(partition) || this.#names.has(batch)) return true;
    return after?.some((end) => this.#ends.has(end)) ?? false;
  }
}
