import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refuseBadRequests } from './refuse.js';

let server: Server;
beforeEach(async () => {
  server = createServer((_req, res) => res.end('seen'));
  refuseBadRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
});

function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.end(text));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

it.each([
  ['what is no HTTP', 'HELLO\r\n\r\n', '400', 'BAD_REQUEST'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400', 'BAD_REQUEST'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    '431',
    'HEADERS_TOO_LARGE',
  ],
  [
    'another expectation',
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n',
    '417',
    'EXPECTATION_FAILED',
  ],
])('tells the reason for %s', async (_what, request, status, code) => {
  const answer = await say(request);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(body)).toEqual({ error: { code, message: expect.stringMatching(/\.$/) } });
  expect(head).toContain(`Content-Length: ${body.length}`);
});

it('sends no body to HEAD', async () => {
  const answer = await say(`HEAD / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 431 [\s\S]*\r\n\r\n$/);
});
