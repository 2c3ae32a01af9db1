import type { Signals } from './types.js';

/** Callbacks by signal. */
export function createSignals() {
  const listeners: { [S in keyof Signals]?: ((value: Signals[S]) => void)[] } = {};
  function on<S extends keyof Signals>(signal: S, callback: (value: Signals[S]) => void): () => void {
    // One of its own each time: the same callback can be given twice, and ended once.
    const one = (value: Signals[S]) => callback(value);
    (listeners[signal] as unknown) = [...(listeners[signal] ?? []), one];
    return () => {
      (listeners[signal] as unknown) = listeners[signal]?.filter((other) => other !== one);
    };
  }
  function emit<S extends keyof Signals>(signal: S, value: Signals[S]): void {
    for (const callback of listeners[signal] ?? []) callback(value);
  }
  return [on, emit] as const;
}
