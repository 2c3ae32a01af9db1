import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Relay } from './relay.js';

let echo: Server;
let relay: Relay;
beforeAll(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
beforeEach(async () => {
  relay = await Relay.start((echo.address() as AddressInfo).port);
});
afterAll(() => echo.close());

/** Resolves when it is closed, by an error or without. */
function closing(socket: Socket): Promise<unknown> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', resolve));
}

async function open() {
  const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

it('passes everything on in its order, however its speed changes', async () => {
  const socket = await open();
  const sent = Array.from({ length: 400 }, (_, n) => `${n}`.padStart(5_000, '.'));
  let came = '';
  socket.on('data', (chunk: Buffer) => {
    came += chunk.toString();
  });
  for (const [n, text] of sent.entries()) {
    relay.slow([0, 3, 1, 0][n % 4] as number);
    socket.write(text);
    if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  relay.slow(0);
  while (came.length < sent.join('').length) await once(socket, 'data');
  expect(came).toBe(sent.join(''));
  await relay.stop();
});

it('ends the connections that it cuts, and lets nobody through while it is shut', async () => {
  const socket = await open();
  const closed = closing(socket);
  await new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write('here');
  });
  relay.shut(true);
  await closed;
  await closing(connect(relay.port, '127.0.0.1'));
  relay.shut(false);
  const again = await open();
  again.write('again');
  expect(String(await once(again, 'data'))).toBe('again');
  await relay.stop();
});
