import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Receives webhooks and remembers them. Some calls are refused at first, some lose their connection after they were taken. */
export async function startReceiver() {
  const hooks: { id: string; body: string }[] = [];
  const seen = new Set<string>();
  const server = createServer(async (request, response) => {
    const id = String(request.headers['webhook-id']);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fate = seen.has(id) ? 0 : Number.parseInt(id.slice(-2), 16);
    seen.add(id);
    if (fate === 1) return void response.writeHead(503, { 'retry-after': '1' }).end();
    hooks.push({ id, body: Buffer.concat(chunks).toString() });
    if (fate === 2) return void request.socket.destroy();
    await sleep(fate % 8 === 3 ? 250 : 5);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    hooks,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
