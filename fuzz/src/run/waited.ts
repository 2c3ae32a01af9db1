import { readFileSync } from 'node:fs';

/** Milliseconds that the main thread of a process was ready and had no processor; 0 where the system does not say. */
export function waited(pid: number | 'self'): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6 || 0;
  } catch {
    return 0;
  }
}
