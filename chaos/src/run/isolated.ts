import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../faults/world.js';

/** Without any progress. */
const LONGEST_MS = 60_000;

/**
 * G6: a destination is dead while events are sent, and stays so until everything else is done: nothing waits for it. That the other one gets
 * what is for it, and that events are applied, is all that may be asked for meanwhile.
 */
export async function isolated({ deployment, receiver, other, complain }: World, send: () => Promise<void>) {
  const begun = new Date().toISOString();
  await receiver.die();
  await send();
  const open = async (): Promise<string | undefined> => {
    const destination = encodeURIComponent(new URL(other.url).origin);
    type Rows = { items: { id: string; createdAt: string; dueAt: string; attempts: unknown[] }[] };
    const path = `/api/deliveries?status=pending&destination=${destination}&limit=100`;
    const { items } = await deployment.manage.ask<Rows>('GET', path);
    // What was put off by a clock that was ahead waits for its hour, whoever else is dead.
    const now = new Date().toISOString();
    const row = items.find(({ createdAt }) => createdAt >= begun && createdAt <= now);
    if (row) return `${row.id} (${row.attempts.length} attempts, due at ${row.dueAt})`;
    const { waiting } = await deployment.manage.ask<{ waiting: number }>('GET', '/api/accounting');
    return waiting > 0 ? `${waiting} events` : undefined;
  };
  let deadline = Date.now() + LONGEST_MS;
  let came = other.hooks.length;
  let left = await open();
  while (left !== undefined && Date.now() < deadline) {
    await sleep(500);
    const now = await open();
    // The newest is the last one to be called: what comes meanwhile shows that it goes on.
    if (now !== left || other.hooks.length !== came) deadline = Date.now() + LONGEST_MS;
    came = other.hooks.length;
    left = now;
  }
  await receiver.revive();
  if (left !== undefined) complain('G6', `while a destination was dead, nothing became of ${left}`);
}
