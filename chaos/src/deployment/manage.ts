import { setTimeout as sleep } from 'node:timers/promises';

export const TOKEN = 'token-of-the-suite';
const PATIENCE_MS = 120_000;

/** The management API of whichever api answers. */
export class Management {
  constructor(private readonly urls: () => (string | undefined)[]) {}

  /** Asks until somebody answers: a process may be dead, and a server away. */
  async ask<T>(method: string, path: string, body?: object, accept: readonly number[] = []): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let n = 0; ; n++) {
      const up = this.urls().filter((url) => url !== undefined);
      try {
        const url = up[n % up.length];
        if (url === undefined) throw new Error('No api serves.');
        const answer = await fetch(`${url}${path}`, {
          method,
          headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
          signal: AbortSignal.timeout(10_000),
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.ok || accept.includes(answer.status)) return (text === '' ? undefined : JSON.parse(text)) as T;
        throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(100);
      }
    }
  }
}
