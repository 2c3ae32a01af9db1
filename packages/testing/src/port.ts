import { createServer, Socket } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that the system just let us bind. The ports lie below the ephemeral range, so that an
 * outgoing connection does not take the port of a server between its stop and its restart.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 18_000 + Math.floor(Math.random() * 14_000);
    if (await canBind(port)) return port;
  }
  throw new Error('No free port between 18000 and 32000 on 127.0.0.1: stop some servers and try again.');
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Sends `hello` to a port of 127.0.0.1 and resolves with the first answer; without `hello`, as soon as it connects. */
export function ask(port: number, hello?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new Socket();
    const done = (error: Error | undefined, answer = '') => {
      socket.destroy();
      if (error) reject(error);
      else resolve(answer);
    };
    socket.setTimeout(2_000, () => done(new Error(`Port ${port} did not answer within 2 s.`)));
    socket.once('error', done);
    socket.once('data', (data) => done(undefined, data.toString()));
    socket.once('end', () => done(new Error(`Port ${port} closed the connection without an answer.`)));
    socket.connect(port, '127.0.0.1', () => (hello === undefined ? done(undefined) : socket.write(hello)));
  });
}
