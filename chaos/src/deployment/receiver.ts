import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObservedHook } from '../oracle/observed.js';

/** What a receiver does with the calls that it gets. */
export type Mood = 'well' | 'dead' | 'slow' | '500' | '429' | 'garbage';

/** Receives webhooks and remembers them. Even when it is well some calls are refused at first, and some lose their connection after they were taken. */
export class Receiver {
  readonly hooks: ObservedHook[] = [];
  readonly refused = { slow: 0, '500': 0, '429': 0, garbage: 0 };
  mood: Exclude<Mood, 'dead'> = 'well';
  #port = 0;
  readonly #seen = new Set<string>();
  readonly #server = createServer(
    (request, response) => void this.#take(request, response).catch(() => response.destroy()),
  );

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.#listen(0);
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** Nobody listens from now on. */
  async die(): Promise<void> {
    await this.close();
  }

  /** The same address as before. */
  async revive(): Promise<void> {
    await this.#listen(this.#port);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = String(request.headers['webhook-id']);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { mood } = this;
    if (mood !== 'well' && mood !== 'slow') {
      this.refused[mood]++;
      if (mood === 'garbage') return void request.socket.end('\x16\x03\x01 this is no HTTP\r\n\r\n\0');
      const headers = mood === '429' ? { 'retry-after': '1' } : {};
      return void response.writeHead(Number(mood), headers).end('<html>no</html>');
    }
    const fate = this.#seen.has(id) ? 0 : Number.parseInt(id.slice(-2), 16);
    this.#seen.add(id);
    if (fate === 1) return void response.writeHead(503, { 'retry-after': '1' }).end();
    this.hooks.push(hookOf(id, Buffer.concat(chunks)));
    if (fate === 2) return void request.socket.destroy();
    if (mood === 'slow') {
      this.refused.slow++;
      await sleep(3_000);
    } else await sleep(fate % 8 === 3 ? 250 : 5);
    response.writeHead(204).end();
  }
}

function hookOf(id: string, body: Buffer): ObservedHook {
  const { data } = JSON.parse(body.toString()) as { data?: { event?: { messageId?: string } } };
  return { id, of: data?.event?.messageId ?? '', digest: createHash('sha256').update(body).digest('base64url') };
}
