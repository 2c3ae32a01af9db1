import { Webhook } from 'standardwebhooks';
import { Pool } from 'undici';
import { SECRET } from '../deployment/flows.js';

/** Calls that may be under way at a time. */
export const CALLS = 64;

/** The text that a stored delivery sends. */
export function bodyOf(doc: string): string {
  return (JSON.parse(doc) as { entry: { payload: { body: string } } }).entry.payload.body;
}

/** The receiver, called without logic: each call is signed by Standard Webhooks. */
export class Outside {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #webhook = new Webhook(SECRET);

  constructor(receiver: string) {
    const { origin, pathname } = new URL(receiver);
    this.#pool = new Pool(origin, { connections: CALLS });
    this.#path = pathname;
  }

  async call(id: string, body: string): Promise<void> {
    const now = new Date();
    const answer = await this.#pool.request({
      path: this.#path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': this.#webhook.sign(id, now, body),
      },
      body,
    });
    await answer.body.dump();
    if (answer.statusCode !== 204) throw new Error(`The receiver answered ${answer.statusCode}.`);
  }
}
