import type { Health, HealthItem } from '../port.js';
import type { Queue } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import { safeError } from '../telemetry/safe-error.js';
import type { Heartbeats } from './heartbeats.js';

/** Milliseconds after which a check that does not answer counts as failed. */
const PATIENCE = 3_000;

/** A write through queue and store, not just an open socket. */
export async function readHealth(store: Store, queue: Queue, heartbeats: Heartbeats): Promise<Health> {
  const [queueItem, storeItem] = await Promise.all([check(() => queue.check()), check(() => store.check())]);
  const workers = storeItem.ok ? await heartbeats.list().catch(() => []) : [];
  return { queue: queueItem, store: storeItem, workers };
}

async function check(work: () => Promise<void>): Promise<HealthItem> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
  });
  try {
    await Promise.race([work(), late]);
    return { ok: true, ms: Math.round(performance.now() - started) };
  } catch (error) {
    return { ok: false, error: safeError(error).message };
  } finally {
    clearTimeout(timer);
  }
}
