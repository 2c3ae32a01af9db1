import type { Signals } from './types.js';

/** Callbacks by signal. */
export function createSignals() {
  const listeners: { [S in keyof Signals]?: Set<(value: Signals[S]) => void> } = {};
  function on<S extends keyof Signals>(signal: S, callback: (value: Signals[S]) => void): () => void {
    // One of its own each time: the same callback can be given twice, and ended once.
    const one = (value: Signals[S]) => callback(value);
    listeners[signal] ??= new Set() as never;
    listeners[signal]?.add(one);
    return () => void listeners[signal]?.delete(one);
  }
  function emit<S extends keyof Signals>(signal: S, value: Signals[S]): void {
    [...(listeners[signal] ?? [])].forEach((callback) => {
      callback(value);
    });
  }
  return [on, emit] as const;
}
