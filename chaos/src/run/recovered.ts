import { setTimeout as sleep } from 'node:timers/promises';
import type { Eye } from '../deployment/eye.js';
import type { World } from '../faults/world.js';

const LONGEST_MS = 20_000;

/** Resolves when whatever was in the queue at a death is done: so no batch meets two of them in a row. */
export async function recovered({ deployment, eye }: World): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  if (!eye) await deployment.ready();
  let open: Set<string> | undefined;
  while (Date.now() < deadline) {
    const waiting = await (eye ? batchesOf(eye) : eventsOf(deployment)).catch(() => undefined);
    if (waiting) open = open === undefined ? waiting : new Set([...open].filter((id) => waiting.has(id)));
    if (open?.size === 0) return;
    // Who asks for a long list asks seldom.
    await sleep(100 + (waiting?.size ?? 0) / 5);
  }
}

async function batchesOf({ queue }: Eye): Promise<Set<string>> {
  return new Set((await queue.waiting()).map(({ id }) => id));
}

/** The program alone does not tell of single batches: all of them, then. */
async function eventsOf({ manage }: World['deployment']): Promise<Set<string>> {
  const { waiting } = await manage.ask<{ waiting: number }>('GET', '/api/accounting');
  return new Set(waiting > 0 ? ['some'] : []);
}
