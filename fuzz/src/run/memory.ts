import type { Reading } from '../server/probe.js';

/** Cases after which everything that is kept on purpose (caches, pools, the database's own memory) is there. */
const WARM = 3_000;
const MB = 1024 * 1024;
/** After a garbage collection: what may come on top of a warm start, however long the run. */
const MORE_RSS = 300 * MB;
const MORE_HEAP = 100 * MB;

/** Watches the memory of one program over its life. */
export class Memory {
  first: Reading | undefined;
  last: Reading | undefined;
  most = 0;

  /** Takes a reading; `cases` were sent to the program by then. */
  add(reading: Reading, cases: number): void {
    if (cases >= WARM) this.first ??= reading;
    this.last = reading;
    this.most = Math.max(this.most, reading.rss);
  }

  /** A sentence when it has grown too much. */
  grown(): string | undefined {
    const { first, last } = this;
    if (first === undefined || last === undefined || first.pid !== last.pid) return undefined;
    const rss = last.rss - first.rss;
    const heap = last.heapUsed + last.external - first.heapUsed - first.external;
    if (rss <= MORE_RSS && heap <= MORE_HEAP) return undefined;
    return `Memory has grown by ${mb(rss)} (heap and buffers: ${mb(heap)}) since the ${WARM}th case.`;
  }

  toString(): string {
    const { first, last } = this;
    if (last === undefined) return 'not read';
    const from = first === undefined ? '' : `${mb(first.rss)} warm, `;
    return `${from}${mb(last.rss)} at the end, heap ${mb(last.heapUsed)}, ${mb(this.most)} at most`;
  }
}

export const mb = (bytes: number): string => `${Math.round(bytes / MB)} MB`;
