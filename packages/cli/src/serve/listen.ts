import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { InvalidSetting, type Settings } from '@tributary/engine';
import { refuseBadRequests } from './refuse.js';

const DRAIN_MS = 5_000;

/** The HTTP server of a process. It holds its port from the first moment, so that a port in use is known at once. */
export interface Front {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** From now on, this answers. */
  serve(handler: RequestListener): void;
  /** Takes no new connection, and resolves when the requests in work are answered. */
  close(): Promise<void>;
}

const starting: RequestListener = (req, res) => {
  const live = req.url === '/health/live';
  const error = { code: 'STARTING', message: 'Tributary is starting. Send the request again in a moment.' };
  res.writeHead(live ? 200 : 503, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': '1' });
  res.end(JSON.stringify(live ? { status: 'live' } : { error }));
};

/** Listens on the port of the settings; until `serve` is called every answer is 503. */
export async function listen({ port, host }: Pick<Settings, 'port' | 'host'>): Promise<Front> {
  let handler: RequestListener = starting;
  const server = createServer((req, res) => handler(req, res));
  refuseBadRequests(server);
  // Longer than a load balancer keeps its connections, so that it is never us who hangs up first.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, port, host)));
    server.listen({ port, host }, resolve);
  });
  const address = server.address() as AddressInfo;
  const named = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return {
    url: `http://${isIPv6(named) ? `[${named}]` : named}:${address.port}`,
    serve(next) {
      handler = next;
    },
    close: () => drain(server),
  };
}

function refusal(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    const message = `PORT ${port} is in use on ${host}: set PORT to a free one, or stop what listens there.`;
    return new InvalidSetting('PORT', message);
  }
  if (error.code === 'EACCES') {
    return new InvalidSetting('PORT', `PORT ${port} may not be used by this user: set PORT to one above 1023.`);
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new InvalidSetting('HOST', `HOST ${host} is not an address of this machine: set HOST to one that is.`);
  }
  return error;
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive becomes idle only after its answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(impatient);
}
