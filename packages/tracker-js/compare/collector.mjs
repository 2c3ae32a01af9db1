import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from './events.mjs';

export async function serve(answer) {
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What RudderStack asks for before it starts. */
const SOURCE = {
  source: {
    id: 's',
    name: 's',
    writeKey: 'demo',
    workspaceId: 'w',
    enabled: true,
    updatedAt: '2026-01-01T00:00:00.000Z',
    config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
    connections: [],
    destinations: [],
    dataplanes: {},
  },
};

/**
 * One collector for all of them: takes any request, 100 ms for an answer, and looks for the names of the events in
 * whatever comes. An event has arrived when its name was read in a request that was taken.
 */
export async function startCollector() {
  /** `arrived`: by name, the id of each arrival. */
  const state = { status: 200, preflights: 0, arrived: new Map(), visitors: new Set() };
  const server = await serve(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-max-age': '600',
    };
    if (request.method === 'OPTIONS') {
      state.preflights++;
      await sleep(100);
      response.writeHead(204, cors).end();
      return;
    }
    // Settings are always to be had: what is measured is the way of the events.
    if (request.url.startsWith('/sourceConfig')) {
      await sleep(100);
      response.writeHead(200, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(SOURCE));
      return;
    }
    if (state.status === 200) {
      for (const { name, id, visitor } of readEvents(request.url, Buffer.concat(chunks))) {
        state.arrived.set(name, [...(state.arrived.get(name) ?? []), id]);
        if (visitor) state.visitors.add(visitor);
      }
    }
    await sleep(100);
    response.writeHead(state.status, { ...cors, 'content-type': 'application/json' }).end('{"success":true}');
  });
  return { ...server, state, origin: `http://localhost:${server.port}` };
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** How many events arrived more than once, and how many are left when what has the same id counts once. */
export function repeats({ arrived }) {
  const all = [...arrived.values()];
  return {
    before: sum(all.map((ids) => ids.length - 1)),
    after: sum(all.map((ids) => new Set(ids.map((id) => id ?? Symbol('none'))).size - 1)),
  };
}
