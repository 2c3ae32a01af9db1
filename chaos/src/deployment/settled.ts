import { setTimeout as sleep } from 'node:timers/promises';
import type { Eye } from './eye.js';
import type { Management } from './manage.js';

const QUIET = 3;
const PAUSE_MS = 250;

/** Waits until nothing moves any more; false when that takes longer than `ms`. */
export async function settled(ms: number, isIdle: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + ms;
  // Work is in the queue or in a row, and passes from one to the other: both are looked at several times.
  for (let quiet = 0; quiet < QUIET; ) {
    if (Date.now() > deadline) return false;
    quiet = (await isIdle().catch(() => false)) ? quiet + 1 : 0;
    await sleep(PAUSE_MS);
  }
  return true;
}

/** No batch waits, and no delivery is on its way. */
export async function isIdle({ engine, queue }: Eye): Promise<boolean> {
  const open = await Promise.all(
    (['pending', 'answered'] as const).map((status) => engine.effects.deliveries({ status, limit: 1 })),
  );
  return (await queue.waiting()).length === 0 && open.every(({ items }) => items.length === 0);
}

/** The same, as the program itself says it: what it has in its queue for itself does not show there. */
export async function saysIdle(manage: Management): Promise<boolean> {
  for (const status of ['pending', 'answered']) {
    const { items } = await manage.ask<{ items: unknown[] }>('GET', `/api/deliveries?status=${status}&limit=1`);
    if (items.length > 0) return false;
  }
  const { waiting } = await manage.ask<{ waiting: number }>('GET', '/api/accounting');
  return waiting === 0;
}
