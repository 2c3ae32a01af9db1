import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server on a free port. */
export async function serve(answer: Answer): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a collector is for the tracker: it takes batches, slowly, and can be away. */
export async function startCollector() {
  const events: { messageId: string; name: string }[] = [];
  const methods: string[] = [];
  const types = new Set<string | undefined>();
  let status = 200;
  const server = await serve(async (request, response) => {
    methods.push(request.method ?? '');
    types.add(request.headers['content-type']);
    let text = '';
    for await (const chunk of request) text += chunk;
    await sleep(100);
    if (status === 200) {
      const { batch } = JSON.parse(text) as { batch: { messageId: string; event: string }[] };
      events.push(...batch.map(({ messageId, event }) => ({ messageId, name: event })));
    }
    response.writeHead(status, { 'access-control-allow-origin': '*' }).end('{}');
  });
  return {
    ...server,
    methods,
    types,
    setStatus(next: number) {
      status = next;
    },
    /** The names of the events in the order of their first arrival: repeats are known by their messageId. */
    arrived: () => [...new Map(events.map(({ messageId, name }) => [messageId, name])).values()],
  };
}
