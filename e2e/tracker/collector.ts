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

/** An event as the tracker sends it. */
export interface Arrived {
  type: string;
  event?: string;
  name?: string;
  messageId: string;
  anonymousId: string;
  userId?: string;
  properties?: { [key: string]: unknown };
  traits?: { [key: string]: unknown };
  context: { page: { url: string; path?: string }; [key: string]: unknown };
}

/** What a collector is for the tracker: it takes batches, takes 100 ms for an answer, can be away, and knows a profile. */
export async function startCollector() {
  let events = new Map<string, Arrived>();
  const requests: { method: string; path: string; type: string | undefined; bytes: number }[] = [];
  const settings = { status: 200, profile: { segments: [] as string[], traits: {} } };
  const server = await serve(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = (request.url as string).split('?')[0] as string;
    const method = request.method as string;
    requests.push({ method, path, type: request.headers['content-type'], bytes: text.length });
    // What was read is taken, as it lies in the queue of a real one, whoever still waits for the answer.
    if (settings.status === 200 && method === 'POST' && path.endsWith('/batch')) {
      const { batch, context } = JSON.parse(text) as { batch: Arrived[]; context?: object };
      for (const event of batch) {
        // As the real one does: what the batch says of its context holds for each event.
        if (!events.has(event.messageId)) {
          events.set(event.messageId, { ...event, context: { ...context, ...event.context } });
        }
      }
    }
    await sleep(100);
    const headers: { [name: string]: string } = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
    };
    if (path.endsWith('/identity')) {
      const { anonymousId, domain } = JSON.parse(text) as { anonymousId: string; domain: string };
      headers['set-cookie'] =
        `tributary_aid=${anonymousId}; Path=/; Max-Age=34560000; SameSite=Lax${domain && `; Domain=${domain}`}`;
    }
    response
      .writeHead(settings.status, headers)
      .end(path.endsWith('/profile') ? JSON.stringify(settings.profile) : '{}');
  });
  return {
    ...server,
    requests,
    settings,
    origin: `http://localhost:${server.port}`,
    /** Everything so far, each event once: repeats are known by their messageId. */
    events: () => [...events.values()],
    /** The names of the events, in the order of their first arrival. */
    arrived: () => [...events.values()].map(({ event, name, type }) => event ?? name ?? type),
    forget() {
      events = new Map();
      requests.length = 0;
    },
  };
}
