import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface PostAnswer {
  /** 0: there was no answer. */
  status: number;
  /** Milliseconds that the server asked to wait. */
  retryAfter: number;
  /** It is certain that nobody took anything. */
  untaken: boolean;
}

/** Posts JSON; never throws for what the other side does. */
export function post(url: string, body: string, patience: number): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const length = Buffer.byteLength(body);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': length };
    const outgoing = request(url, { method: 'POST', agent, headers }, (incoming) => {
      incoming.on('error', () => resolve({ status: 0, retryAfter: 0, untaken: false }));
      incoming.on('end', () => {
        clearTimeout(timer);
        const after = Number(incoming.headers['retry-after']);
        const retryAfter = Number.isFinite(after) ? after * 1_000 : 0;
        resolve({ status: incoming.statusCode as number, retryAfter, untaken: false });
      });
      incoming.resume();
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), patience);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ status: 0, retryAfter: 0, untaken: error.code === 'ECONNREFUSED' });
    });
    outgoing.end(body);
  });
}
