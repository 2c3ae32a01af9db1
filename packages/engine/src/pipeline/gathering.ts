import { AsyncResource } from 'node:async_hooks';
import type { Batch } from '../events/batch.js';
import type { Lease } from '../queue/port.js';
import { StoreUnavailable } from '../storage/port.js';
import type { PipelineContext } from './context.js';
import { batchesBehind, joinedInVain, MOST_TOGETHER } from './join.js';
import { applyTogether, type Member } from './together.js';

/**
 * Commits of a process that are in work side by side: while the server writes one, the next is computed. One that is
 * written in steps waits for the server more often (docs/performance.md).
 */
const AT_ONCE = { whole: 2, inSteps: 4 };

interface Waiting extends Omit<Member, 'behind'> {
  /** Does it by itself. */
  alone(): Promise<void>;
  done(): void;
  failed(error: unknown): void;
  /** Under which spans are made. */
  scope: AsyncResource | undefined;
}

/**
 * Batches of several partitions that a process has in its hands go into one commit: those that come while others are
 * written wait for each other. Who comes when nothing is in work begins at once, with those of the same turn of the event
 * loop, so nothing waits for company.
 */
export class Gathering {
  #waiting: Waiting[] = [];
  #running = 0;
  #due: NodeJS.Immediate | undefined;

  /** Resolves when the batch is done, with others or by `alone`. */
  do(context: PipelineContext, batch: Batch, lease: Lease, alone: () => Promise<void>): Promise<void> {
    const tracing = context.telemetry?.tracing;
    return new Promise((done, failed) => {
      const scope = tracing && new AsyncResource('Batch');
      this.#waiting.push({ batch, lease, trace: tracing?.current(), alone, done, failed, scope });
      // Those that were taken in the same moment come in the same turn of the event loop.
      this.#due ??= setImmediate(() => {
        this.#due = undefined;
        this.#next(context);
      });
    });
  }

  #next(context: PipelineContext): void {
    const atOnce = context.store.writesWhole ? AT_ONCE.whole : AT_ONCE.inSteps;
    while (this.#running < atOnce && this.#waiting.length > 0) {
      const taken = this.#take();
      const work = () => workOff(context, taken);
      this.#running++;
      void inScope(taken[0], work).then((ends) => {
        // Before whoever waits goes on: the place is free for its next batch.
        this.#running--;
        for (const end of ends) end();
        this.#next(context);
      });
    }
  }

  #take(): Waiting[] {
    let n = 0;
    for (let items = 0; n < this.#waiting.length; n++) {
      items += this.#waiting[n]?.batch.items.length ?? 0;
      if (n > 0 && items > MOST_TOGETHER) break;
    }
    return this.#waiting.splice(0, n);
  }
}

/** In the span of this batch. */
function inScope<T>(waiting: Waiting | undefined, work: () => Promise<T>): Promise<T> {
  return waiting?.scope ? waiting.scope.runInAsyncScope(work) : work();
}

/** How each of them ended, to be told. */
async function workOff(context: PipelineContext, taken: readonly Waiting[]): Promise<(() => void)[]> {
  try {
    const members = await withThoseBehind(taken);
    const done = await together(context, members);
    if (!done) for (const { batch } of taken) joinedInVain(context, batch);
    const finished = taken.flatMap((each, i) =>
      done?.has(each.batch) ? [finish(each, members[i] as Member, done)] : [],
    );
    // Outside the place: nobody waits for one that takes long by itself.
    for (const each of taken) if (!done?.has(each.batch)) void inScope(each, each.alone).then(each.done, each.failed);
    return await Promise.all(finished);
  } catch (error) {
    return taken.map(
      ({ failed }) =>
        () =>
          failed(error),
    );
  }
}

/** What is left of the room of a commit is filled with what waits behind the batches. */
async function withThoseBehind(taken: readonly Waiting[]): Promise<Member[]> {
  const room = MOST_TOGETHER - taken.reduce((sum, { batch }) => sum + batch.items.length, 0);
  const each = Math.floor(room / taken.length);
  return Promise.all(
    taken.map(async ({ batch, lease, trace }) => ({
      ...{ batch, lease, trace, behind: await batchesBehind(batch, lease, each) },
    })),
  );
}

/** Nothing when it fails: whose fault it is shows when each is done by itself. A store that is away is nobody's. */
async function together(context: PipelineContext, members: readonly Member[]) {
  try {
    return await context.turns.together(() => applyTogether(context, members));
  } catch (error) {
    const isOne = members.length === 1 && members[0]?.behind.length === 0;
    if (isOne || error instanceof StoreUnavailable) throw error;
    return undefined;
  }
}

/** Takes those behind it that are done out of the queue. One that stays there is found to have its receipt. */
async function finish({ lease, done }: Waiting, { behind }: Member, finished: ReadonlySet<Batch>): Promise<() => void> {
  const gone = behind.filter((each) => finished.has(each));
  if (gone.length > 0) await lease.drop(gone).catch(() => undefined);
  return done;
}
