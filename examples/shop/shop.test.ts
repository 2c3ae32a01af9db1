import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createShop, flowsFolder } from './server.mjs';

let server: Server;
let origin: string;

function listen(options?: Parameters<typeof createShop>[0]): Promise<void> {
  const shop = createShop(options);
  server = createServer((request, response) =>
    shop.handler(request, response, (error) => response.writeHead(error ? 500 : 404).end('next')),
  );
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve();
    }),
  );
}

beforeEach(() => listen());
afterEach(() => new Promise((resolve) => server.close(resolve)));

const hook = (body: string, headers = {}) => fetch(`${origin}/shop/hooks`, { method: 'POST', body, headers });
const received = async () => (await (await fetch(`${origin}/shop/hooks.json`)).json()).items;

const pages = ['', 'product.html', 'cart.html', 'signup.html', 'hooks.html'];

test.each(pages)('the page "%s" carries the tracker and a hidden banner', async (page) => {
  const response = await fetch(`${origin}/shop/${page}`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await response.text();
  expect(html).toContain('<script async src="/t.js" data-key="demo"></script>');
  expect(html).toContain('<aside id="banner" hidden>');
  const snippet = readFileSync(new URL('../../packages/tracker-js/snippet.js', import.meta.url), 'utf8');
  // Without its explanation, and with the address of this deployment.
  const here = snippet.replace(/^(\/\/.*\n)+/, '').replace("'https://events.example.com/v1/batch'", "'/v1/batch'");
  const squeezed = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  expect(squeezed(html)).toContain(squeezed(here));
});

test('everything that the pages link to is there', async () => {
  for (const page of pages) {
    const html = await (await fetch(`${origin}/shop/${page}`)).text();
    for (const [, path] of html.matchAll(/(?:href="|from '\.\/)([\w-]+\.(?:css|js|svg|html))/g)) {
      expect((await fetch(`${origin}/shop/${path}`)).status, `${page}: ${path}`).toBe(200);
    }
  }
});

test('webhooks are kept with id, signature and body, the newest first, fifty at most', async () => {
  await hook('{"n":0}', { 'webhook-id': 'msg_0', 'webhook-signature': 'v1,abc' });
  expect(await received()).toMatchObject([{ id: 'msg_0', signature: 'v1,abc', body: { n: 0 } }]);
  for (let n = 1; n <= 50; n++) expect((await hook(JSON.stringify({ n }))).status).toBe(200);
  const items = await received();
  expect(items).toHaveLength(50);
  expect(items[0].body).toEqual({ n: 50 });
  expect(items[49].body).toEqual({ n: 1 });
});

test('a webhook that is no JSON, or too large, is refused', async () => {
  expect((await hook('{')).status).toBe(400);
  expect((await hook(JSON.stringify('x'.repeat(300_000)))).status).toBe(413);
  expect(await received()).toEqual([]);
});

test('what is not of the shop goes on, and no path leads out of its folder', async () => {
  for (const path of [
    '/v1/batch',
    '/shopping',
    '/shop/nothing.html',
    '/shop/..%2fserver.mjs',
    '/shop/%',
    '/shop/constructor',
  ]) {
    expect(await (await fetch(origin + path)).text(), path).toBe('next');
  }
  expect((await fetch(`${origin}/shop`, { redirect: 'manual' })).headers.get('location')).toBe('/shop/');
});

test('alone, its pages load the tracker from the collector', async () => {
  await new Promise((resolve) => server.close(resolve));
  await listen({ collector: 'https://events.example', writeKey: 'mine' });
  expect(await (await fetch(`${origin}/shop/`)).text()).toContain('src="https://events.example/t.js" data-key="mine"');
});

test('each flow has the id of its file, and its edges name its nodes', () => {
  for (const file of readdirSync(flowsFolder)) {
    const flow = JSON.parse(readFileSync(`${flowsFolder}/${file}`, 'utf8'));
    expect(`${flow.id}.json`).toBe(file);
    for (const { from, to } of flow.edges) {
      expect(Object.keys(flow.nodes)).toContain(to);
      expect(['trigger', ...Object.keys(flow.nodes)]).toContain(from.split('.')[0]);
    }
  }
});
