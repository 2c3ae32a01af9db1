import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../workload/random.js';
import type { Sent, Workload } from '../workload/types.js';
import { post } from './http.js';

const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** A request that is refused for so long is a finding of its own. */
const GIVE_UP_MS = 240_000;

/**
 * Sends the workload as the SDKs do: clients side by side, each its own requests one after the other; what got no good
 * answer is sent again as it was, after a pause that grows and has some chance in it, or that the server asked for.
 */
export class Feeder {
  /** Calls of requests that were sent again and may have been taken the first time. */
  again = 0;
  acknowledged = 0;
  /** Requests that were sent again, by why. */
  readonly reasons = new Map<string, number>();
  readonly #random: Random;
  #turn = 0;

  constructor(
    private readonly urls: () => (string | undefined)[],
    private readonly writeKey: string,
    private readonly workload: Workload,
  ) {
    this.#random = new Random(workload.seed ^ 0x2545f491);
  }

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
    const body = JSON.stringify({ batch: request.map(({ call }) => call), writeKey: this.writeKey });
    const begun = Date.now();
    for (let tries = 0; ; tries++) {
      const { status, retryAfter, untaken } = await this.#try(body);
      if (status === 200) {
        this.acknowledged += request.length;
        return;
      }
      const why = status === 0 ? 'no answer' : String(status);
      if (status >= 400 && status < 500 && status !== 429) throw new Error(`A request was answered ${status}.`);
      if (Date.now() - begun > GIVE_UP_MS) throw new Error(`A request was not taken in ${GIVE_UP_MS} ms: ${why}.`);
      this.reasons.set(why, (this.reasons.get(why) ?? 0) + 1);
      if (!untaken) this.again += request.length;
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + this.#random.next() / 2);
      await sleep(Math.max(retryAfter, pause));
    }
  }

  /** The next api in turn; one that is known to be down is not asked. */
  async #try(body: string) {
    const urls = this.urls();
    const url = urls[this.#turn++ % urls.length];
    if (url === undefined) return { status: 0, retryAfter: 0, untaken: true };
    return post(`${url}/v1/batch`, body, PATIENCE_MS);
  }
}
