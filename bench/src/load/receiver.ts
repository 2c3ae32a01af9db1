import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tell } from '../programs/program.js';

/** Takes webhooks, counts them, and remembers when the last one came. */
let received = 0;
let lastAt = 0;
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    received++;
    lastAt = performance.timeOrigin + performance.now();
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, lastAt });
});
process.on('message', () => tell({ received, lastAt }));
process.on('disconnect', () => process.exit(0));
