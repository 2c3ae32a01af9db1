import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

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

/** Everything that a request says, unpacked: trackers gzip, and wrap base64 in forms. */
function textOf(url, raw) {
  const body = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw).toString() : raw.toString();
  const form = /(?:^|&)data=([^&]*)/.exec(body)?.[1];
  return [url, body, form ? Buffer.from(decodeURIComponent(form), 'base64').toString() : ''].join('\n');
}

/**
 * One collector for all of them: takes any request, 100 ms for an answer, and looks for the names of the events in
 * whatever comes. An event has arrived when its name was read in a request that was taken.
 */
export async function startCollector() {
  const state = { status: 200, preflights: 0, arrived: new Map() };
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
      for (const [name] of textOf(request.url, Buffer.concat(chunks)).matchAll(/ev-[\w]+-\d+-z/g)) {
        state.arrived.set(name, (state.arrived.get(name) ?? 0) + 1);
      }
    }
    await sleep(100);
    response.writeHead(state.status, { ...cors, 'content-type': 'application/json' }).end('{"success":true}');
  });
  return { ...server, state, origin: `http://localhost:${server.port}` };
}
