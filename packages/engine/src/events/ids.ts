import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Random bytes are fetched for so many ids at once: the call costs more than the bytes. */
const IDS = 256;

const pool = new Uint8Array(BYTES * IDS);
let next = IDS;
let msecs = Number.NEGATIVE_INFINITY;
let seq = 0;

/** A UUIDv7. Within this process each is greater than the one before, also when the clock is set back. */
export function newUuid(): string {
  if (next === IDS) {
    randomFillSync(pool);
    next = 0;
  }
  const random = pool.subarray(next * BYTES, ++next * BYTES);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // The highest bit is left free, so that there is room to count in.
    seq = new DataView(pool.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else if (++seq > 0xffffffff) {
    msecs++;
    seq = 0;
  }
  return v7({ random, msecs, seq });
}
