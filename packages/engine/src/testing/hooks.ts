import type { CrashPoint } from '../telemetry/crash-point.js';
import type { Safeguard } from '../telemetry/weakened.js';

const POINT = Symbol.for('tributary.crashPoint');
const WEAKEN = Symbol.for('tributary.weaken');
type CrashHook = (name: CrashPoint) => void | Promise<void>;
const hooks = globalThis as {
  [POINT]?: CrashHook | undefined;
  [WEAKEN]?: Safeguard | undefined;
};

/** What a worker that dies leaves: an error that nothing catches on the way out. */
export class Crash extends Error {}

/** Is told of each crash point that is passed, until it is set to undefined. */
export function onCrashPoint(hook: CrashHook | undefined): void {
  hooks[POINT] = hook;
}

/** Switches one safeguard off in this process, or all of them on. */
export function weaken(safeguard: Safeguard | undefined): void {
  hooks[WEAKEN] = safeguard;
}

/** Does some work that dies at the first pass of this point; fails when it never got there. */
export async function crashAt(point: CrashPoint, work: () => Promise<unknown>): Promise<void> {
  onCrashPoint((name) => {
    if (name === point) throw new Crash(name);
  });
  try {
    await work();
  } catch (error) {
    if (error instanceof Crash) return;
    throw error;
  } finally {
    onCrashPoint(undefined);
  }
  throw new Error(`The work never got to ${point}.`);
}
