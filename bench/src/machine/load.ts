import { cpus, loadavg, totalmem } from 'node:os';

/** From this one-minute load on, others want the processors too, and the figures say less. */
export const BUSY = 1.5;

/** The load average of the last minute. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** The machine in a line. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${model}), ${memory} GB, Node ${process.version}, ${process.platform}`;
}
