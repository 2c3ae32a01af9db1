import { setTimeout as sleep } from 'node:timers/promises';
import type { Eye } from './eye.js';
import type { Management } from './manage.js';

const QUIET = 3;
const PAUSE_MS = 250;
const TELL_MS = 15_000;
const BATCHES = ' batches';

/** Waits until nothing moves any more; false when that takes longer than `ms`. */
export async function settled(
  ms: number,
  whatIsOpen: () => Promise<string | undefined>,
  progress: (text: string) => void,
  isPatient = false,
): Promise<boolean> {
  let deadline = Date.now() + ms;
  let last: string | undefined;
  let told = Date.now();
  // Work is in the queue or in a row, and passes from one to the other: both are looked at several times.
  for (let quiet = 0; quiet < QUIET; ) {
    if (Date.now() > deadline) return false;
    const open = await whatIsOpen().catch((error: unknown) => String(error));
    quiet = open === undefined ? quiet + 1 : 0;
    // It is given up when nothing moves any more, however much there is to do.
    if (open !== last && isPatient) deadline = Date.now() + ms;
    last = open;
    if (open !== undefined && Date.now() - told > TELL_MS) {
      progress(`still open: ${open}`);
      told = Date.now();
    }
    // While much is open, looking at it costs more than it tells.
    const batches = open?.endsWith(BATCHES) ? Number.parseInt(open, 10) : 0;
    await sleep(PAUSE_MS + batches / 5);
  }
  return true;
}

/** A batch that waits, or a delivery on its way; nothing when all is done. */
export async function openWork({ engine, queue }: Eye): Promise<string | undefined> {
  const waiting = (await queue.waiting()).length;
  if (waiting > 0) return `${waiting}${BATCHES}`;
  for (const status of ['pending', 'answered'] as const) {
    const [row] = (await engine.effects.deliveries({ status, limit: 1 })).items;
    if (row) return `${status} ${row.id}, attempts ${row.attempts.length}, due at ${new Date(row.dueAt).toISOString()}`;
  }
  return undefined;
}

/** What is open at more length, for somebody who asks why: what waits in each partition, and since when. */
export async function openByPartition(eye: Eye): Promise<string> {
  const waiting = await eye.queue.waiting();
  const partitions = [...new Set(waiting.map(({ partition }) => partition))];
  const lines = partitions.map((partition) => {
    const batches = waiting.filter((batch) => batch.partition === partition);
    const since = new Date(Math.min(...batches.map(({ createdAt }) => createdAt))).toISOString();
    return `${batches.length} in ${partition} since ${since} (first ${batches[0]?.id})`;
  });
  return lines.length > 0 ? `batches by partition: ${lines.join(', ')}` : ((await openWork(eye)) ?? 'nothing any more');
}

/** What is open, as the program itself says it: what it has in its queue for itself does not show there. */
export async function saidOpen(manage: Management): Promise<string | undefined> {
  for (const status of ['pending', 'answered']) {
    type Rows = { items: { id: string; attempts: unknown[]; dueAt: string }[] };
    const [row] = (await manage.ask<Rows>('GET', `/api/deliveries?status=${status}&limit=1`)).items;
    if (row) return `${status} ${row.id}, attempts ${row.attempts.length}, due at ${row.dueAt}`;
  }
  const { waiting } = await manage.ask<{ waiting: number }>('GET', '/api/accounting');
  return waiting > 0 ? `${waiting} events` : undefined;
}
