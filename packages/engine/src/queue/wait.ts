/** Waits, or returns at once when one of the signals is or becomes aborted. */
export function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal.aborted)) return resolve();
    const done = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener('abort', done, { once: true });
  });
}

/** 50 ms, doubled with each failure, never more than `most`. */
export function backoff(failures: number, most: number): number {
  return Math.min(50 * 2 ** Math.min(failures, 16), most);
}

/** Rejects with what `late` makes when the promise takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  // Whoever loses the race must not become an unhandled rejection.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the promise is through within `ms`. */
export async function settles(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const over = Symbol('over');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<symbol>((resolve) => {
    timer = setTimeout(() => resolve(over), ms);
  });
  const settled = promise.then(
    () => undefined,
    () => undefined,
  );
  const first = await Promise.race([settled, timeout]);
  clearTimeout(timer);
  return first !== over;
}
