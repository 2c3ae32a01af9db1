import { type Program, tributary } from './program.js';

/** A program that serves, and how to speak to it. */
export interface Deployment {
  program: Program;
  url: string;
  send(call: string, body: object): Promise<Response>;
  /** The answer of the management API, or undefined when it refuses. */
  ask<T = Record<string, unknown>>(path: string): Promise<T | undefined>;
}

/** Milliseconds after which a request to a process that stands still is given up. */
const PATIENCE = 30_000;

export const TOKEN = 'token-of-the-test';

/** Starts a program and waits until it serves. */
export async function deploy(args: string[], env: { [name: string]: string }): Promise<Deployment> {
  const program = tributary(args, { PORT: '0', TRIBUTARY_ADMIN_TOKEN: TOKEN, ...env });
  const [, url = ''] = await program.sees(/^Tributary ready on (http:\S+)$/m);
  return {
    program,
    url,
    send: (call, body) =>
      fetch(`${url}/v1/${call}`, {
        method: 'POST',
        body: JSON.stringify({ writeKey: 'demo', ...body }),
        signal: AbortSignal.timeout(PATIENCE),
      }),
    async ask<T>(path: string) {
      const answer = await fetch(`${url}${path}`, {
        headers: { Authorization: `Bearer ${TOKEN}` },
        signal: AbortSignal.timeout(PATIENCE),
      });
      return answer.ok ? ((await answer.json()) as T) : undefined;
    },
  };
}

/** Waits until `look` finds something; what it throws counts as nothing. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, ms = 30_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It did not come about within ${ms} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a process with this id lives. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
