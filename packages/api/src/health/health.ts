import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine, Health, HealthItem, Role } from '@tributary/engine';
import { answerJson } from '../http/answer.js';
import type { Log } from '../log.js';

/** How long a probe waits for a server that does not answer, and how long its answer serves the next probes. */
const PATIENCE_MS = 4_000;
const FRESH_MS = 500;

/**
 * `/health/live`: the process answers. `/health/ready`: an api can put events into the queue; any other role has got a
 * heartbeat through queue and store. An open socket proves neither, so each probe really writes.
 */
export function createHealth({ engine, log, roles }: { engine: Engine; log: Log; roles: readonly Role[] }) {
  const probe = shared(() => withPatience(engine.health()));
  return function health(req: IncomingMessage, res: ServerResponse, next: () => void) {
    const path = (req.url ?? '').split('?')[0];
    if (path === '/health/live') return answerJson(res, 200, { status: 'live' }, { 'Cache-Control': 'no-store' });
    if (path !== '/health/ready') return next();
    probe().then((found) => {
      const ready = found.queue.ok && (roles.includes('api') || found.store.ok);
      const { queue, store, workers } = found;
      if (!ready) log.warn({ queue, store }, 'Not ready');
      const body = { status: ready ? 'ready' : 'not ready', roles, queue: shown(queue), store: shown(store), workers };
      answerJson(res, ready ? 200 : 503, body, { 'Cache-Control': 'no-store', ...(!ready && { 'Retry-After': '2' }) });
    });
  };
}

/** Anybody may ask: addresses of servers stay in the log. */
function shown({ ok, ms }: HealthItem): HealthItem {
  return { ok, ...(ms !== undefined && { ms }), ...(!ok && { error: 'It does not answer. The log says why.' }) };
}

async function withPatience(health: Promise<Health>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const late: HealthItem = { ok: false, error: `No answer within ${PATIENCE_MS} ms.` };
  const waiting = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve({ queue: late, store: late, workers: [] }), PATIENCE_MS);
  });
  try {
    return await Promise.race([health, waiting]);
  } catch {
    const failed: HealthItem = { ok: false, error: 'The check failed.' };
    return { queue: failed, store: failed, workers: [] };
  } finally {
    clearTimeout(timer);
  }
}

/** Probes write: many that come together share one, so that nobody can load the queue with them. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (last && performance.now() < until) return last;
    until = performance.now() + PATIENCE_MS;
    last = work().finally(() => {
      until = performance.now() + FRESH_MS;
    });
    return last;
  };
}
