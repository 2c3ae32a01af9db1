import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { tree } from './cpu.js';

/** The processors of a figure that gives the measured program a core of its own. */
export const CORES = { measured: 0, others: 1 } as const;

/** Lets a process run everywhere again. */
export function unpin(pid: number): void {
  if (process.platform !== 'linux') return;
  for (const id of tree(pid)) spawnSync('taskset', ['-acp', `0-${cpus().length - 1}`, String(id)]);
}

/** Binds a process with all its threads and children to a core, where the system can; answers whether it did. */
export function pin(pid: number, core: number): boolean {
  if (process.platform !== 'linux' || cpus().length < 2) return false;
  return tree(pid).every((id) => spawnSync('taskset', ['-acp', String(core), String(id)]).status === 0);
}
