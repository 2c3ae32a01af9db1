import { readFileSync } from 'node:fs';

/** Ticks of the kernel's clock in a second: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Processor seconds, user and system, that a process has used with all the children that live. */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((sum, id) => sum + ownSeconds(id), 0);
}

/** Bytes of memory that a process and its children hold (resident). */
export function residentBytes(pid: number): number {
  return tree(pid).reduce((sum, id) => sum + ownBytes(id), 0);
}

/** A process and all that descend from it. */
export function tree(pid: number): number[] {
  const found = [pid];
  for (let i = 0; i < found.length; i++) found.push(...childrenOf(found[i] as number));
  return found;
}

function ownSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name of the program stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

function ownBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`));
  return Number(line?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
