import { EXIT } from '../errors.js';
import { ONE_SIGNAL_MS, SUPERVISED } from './supervise.js';

/** Why a process is to stop: told to, or left alone by the process that supervised it. */
export type StopReason = 'told' | 'orphaned';

/**
 * Calls `stop` once, when this process is told to end. Under a supervisor its word counts; alone, the first signal
 * stops and the second one ends at once.
 */
export function onStopRequest(stop: (reason: StopReason) => void): void {
  let asked: number | undefined;
  const ask = (reason: StopReason) => {
    if (asked !== undefined) return;
    asked = performance.now();
    stop(reason);
  };
  if (process.env[SUPERVISED] && process.connected) {
    // Ctrl-C goes to both processes of a terminal: the supervisor passes it on.
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
    process.on('SIGTERM', () => ask('told'));
    process.on('message', (message) => {
      if (message === 'stop') ask('told');
    });
    process.once('disconnect', () => ask('orphaned'));
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked !== undefined && performance.now() - asked > ONE_SIGNAL_MS) process.exit(EXIT.crash);
      ask('told');
    });
  }
}
