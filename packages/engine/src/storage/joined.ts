import { StoreUnavailable } from './port.js';

interface Waiting<I, O> {
  input: I;
  done(output: O): void;
  failed(error: unknown): void;
}

/** Calls to the store that are on their way side by side. */
const AT_ONCE = 2;

/**
 * Calls that come while others are on their way wait for each other and go together: what a database does for one is
 * little beside what it costs to ask. Who comes when nothing is on its way goes at once, and nobody is given an answer to
 * a call that was made before he came. A call that failed for several is made again for each by himself, so it must be
 * one that can be repeated.
 */
export class Joined<I, O> {
  #waiting: Waiting<I, O>[] = [];
  #running = 0;

  constructor(
    /** Answers all of them, in their order. */
    private readonly call: (inputs: readonly I[]) => Promise<readonly O[]>,
    /** Inputs of one call. */
    private readonly most = 100,
  ) {}

  /** The answer for one; rejects when the call failed. */
  do(input: I): Promise<O> {
    return new Promise((done, failed) => {
      this.#waiting.push({ input, done, failed });
      if (this.#running < AT_ONCE) void this.#next();
    });
  }

  async #next(): Promise<void> {
    this.#running++;
    // Those that came in the same read of the sockets.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#callFor(this.#waiting.splice(0, this.most));
    this.#running--;
  }

  async #callFor(taken: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.call(taken.map(({ input }) => input));
      for (const [at, { done }] of taken.entries()) done(outputs[at] as O);
    } catch (error) {
      // It says so late: whoever waits would hear the same, later still.
      if (error instanceof StoreUnavailable) fail([...taken, ...this.#waiting.splice(0)], error);
      else if (taken.length === 1) fail(taken, error);
      // One that cannot be done is not the others' fault.
      else await this.#eachFor(taken);
    }
  }

  async #eachFor(taken: readonly Waiting<I, O>[]): Promise<void> {
    for (const [at, { input, done, failed }] of taken.entries()) {
      try {
        const [output] = await this.call([input]);
        done(output as O);
      } catch (error) {
        if (error instanceof StoreUnavailable) return fail([...taken.slice(at), ...this.#waiting.splice(0)], error);
        failed(error);
      }
    }
  }
}

function fail(all: readonly Pick<Waiting<never, never>, 'failed'>[], error: unknown): void {
  for (const { failed } of all) failed(error);
}
