import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Outcome, Task } from './outcome.js';

/** A case that stands still for so long never ends. */
const FOR_EVER = 20_000;
const TEXT = 4 * 1024 * 1024;

/** Conditions and templates are worked out in a thread of their own, with little memory: one that never ends is seen. */
export function createExpressionThread() {
  let worker: Worker | undefined;
  let counters: Int32Array;
  let text: Uint8Array;

  function start(): Worker {
    counters = new Int32Array(new SharedArrayBuffer(8));
    text = new Uint8Array(new SharedArrayBuffer(TEXT));
    return new Worker(new URL('./thread.js', import.meta.url), {
      workerData: { counters, text },
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
  }

  return {
    async run(task: Task): Promise<Outcome> {
      worker ??= start();
      const current = worker;
      let begun = -1;
      let since = Date.now();
      let stuck: (outcome: Outcome) => void = () => undefined;
      const dead = new Promise<Outcome>((resolve) => {
        stuck = resolve;
      });
      const give = (error: string) =>
        stuck({ kind: task.kind, cases: 0, failure: { ...where(task), error, example: last() } });
      const onError = (error: Error) => give(error.stack ?? error.message);
      current.once('error', onError);
      const watch = setInterval(() => {
        const now = Atomics.load(counters, 0);
        if (now !== begun) {
          begun = now;
          since = Date.now();
        } else if (Date.now() - since > FOR_EVER) give(`It does not end within ${FOR_EVER} ms`);
      }, 500);
      const answered = once(current, 'message').then(([outcome]) => outcome as Outcome);
      current.postMessage(task);
      try {
        return await Promise.race([answered.catch(() => dead), dead]);
      } finally {
        clearInterval(watch);
        current.off('error', onError);
      }
    },
    close: () => worker?.terminate(),
  };

  function last(): string {
    return Buffer.from(text.slice(0, Atomics.load(counters, 1)))
      .toString()
      .slice(0, 6_000);
  }

  function where({ kind, seed }: Task) {
    return { kind, seed };
  }
}
