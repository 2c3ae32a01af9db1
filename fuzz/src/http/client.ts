import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { TOKEN } from '../server/program.js';

export interface Answer {
  status: number;
  headers: { [name: string]: string | string[] | undefined };
  body: Buffer;
  /** Milliseconds until the answer was complete. */
  ms: number;
}

export interface Call {
  method: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
}

/** A request that got no answer. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

export type Client = ReturnType<typeof createClient>;

/** Speaks to the program over connections that are kept. `patience` milliseconds without an answer are a NoAnswer. */
export function createClient(port: number, patience: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  function send({ method, path, headers = {}, body }: Call): Promise<Answer> {
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new NoAnswer(`${method} ${path.slice(0, 200)}: ${why}`));
      const length = body === undefined ? 0 : Buffer.byteLength(body);
      const outgoing = request({
        host: '127.0.0.1',
        port,
        agent,
        method,
        path,
        headers: { ...(body === undefined ? {} : { 'content-length': length }), ...headers },
      });
      const timer = setTimeout(() => {
        fail(`no answer within ${patience} ms`);
        outgoing.destroy();
      }, patience);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', (error) => fail(`the answer broke off: ${error.message}`));
        incoming.on('end', () => {
          clearTimeout(timer);
          const ms = performance.now() - begun;
          const status = incoming.statusCode as number;
          resolve({ status, headers: incoming.headers, body: Buffer.concat(chunks), ms });
        });
      });
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        fail(error.message);
      });
      outgoing.end(body);
    });
  }

  return {
    send,
    patience,
    /** The management API with a good token; the answer's JSON, or undefined for a 404. */
    async read<T>(path: string): Promise<T | undefined> {
      const answer = await send({ method: 'GET', path, headers: { authorization: `Bearer ${TOKEN}` } });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body.toString()) as T;
    },
    async change(method: string, path: string, body: unknown): Promise<Answer> {
      return send({ method, path, headers: { authorization: `Bearer ${TOKEN}` }, body: JSON.stringify(body) });
    },
    close: () => agent.destroy(),
  };
}
