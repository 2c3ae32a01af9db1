import { once } from 'node:events';
import inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';

const BEATS = 10;

/**
 * Ends this process (SIGKILL) when its event loop has stood still for longer than `ms`: an endless loop in a plugin
 * would never die by itself, and its batch would never be given to another worker. Whoever started the process starts
 * it again. Off under a debugger, which stops the loop on purpose. Resolves when it watches: before that its thread
 * needs this one to begin, and the first batch may be the one that never ends.
 */
export async function startWatchdog(ms: number): Promise<void> {
  if (inspector.url() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const every = Math.max(20, Math.floor(ms / BEATS));
  setInterval(() => Atomics.add(beats, 0, 1), every).unref();
  const worker = new Worker(new URL('./watchdog-thread.js', import.meta.url), {
    workerData: { beats, every, limit: Math.ceil(ms / every) + 1, pid: process.pid, ms },
  });
  await once(worker, 'message');
  worker.unref();
}
