import { setTimeout as sleep } from 'node:timers/promises';
import type { Sent, Workload } from '../workload/types.js';
import type { Api } from './api.js';

const TRIES = 60;

/** Sends the workload: the clients side by side, each its own requests one after the other. */
export class Feeder {
  /** Calls of requests that were sent again, because the first time brought no answer. */
  again = 0;

  constructor(
    private readonly api: Api,
    private readonly workload: Workload,
  ) {}

  /** Sends the n-th of `of` parts; resolves when all of it is acknowledged. */
  async send(n: number, of: number): Promise<void> {
    await Promise.all(
      this.workload.clients.map(async (requests) => {
        const [from, to] = [n, n + 1].map((part) => Math.floor((part * requests.length) / of));
        for (const request of requests.slice(from, to)) await this.#request(request);
      }),
    );
  }

  async #request(request: readonly Sent[]): Promise<void> {
    const { engine, source } = this.api;
    for (let tries = 1; ; tries++) {
      try {
        const calls = request.map(({ call }) => call as never);
        const { accepted, quarantined } = await engine.collect.accept({ source, calls });
        const bad = request.filter((sent) => sent.bad).length;
        if (accepted === request.length && quarantined === bad) return;
        throw new RangeError(`Of ${request.length} calls (${bad} bad) ${accepted} were taken, ${quarantined} as bad.`);
      } catch (error) {
        // A client that got no answer sends the same again, before anything that comes after it.
        if (error instanceof RangeError || tries >= TRIES) throw error;
        this.again += request.length;
        await sleep(500);
      }
    }
  }
}
