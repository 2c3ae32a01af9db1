import type { Signals } from './types.js';

/** Callbacks by signal. */
export function createSignals() {
  const listeners: { [S in keyof Signals]?: ((value: Signals[S]) => void)[] } = {};
  function on<S extends keyof Signals>(signal: S, callback: (value: Signals[S]) => void): () => void {
    listeners[signal] ??= [];
    const list: ((value: Signals[S]) => void)[] = listeners[signal];
    list.push(callback);
    return () => void list.splice(list.indexOf(callback), 1);
  }
  function emit<S extends keyof Signals>(signal: S, value: Signals[S]): void {
    for (const callback of listeners[signal]?.slice() ?? []) callback(value);
  }
  return [on, emit] as const;
}
