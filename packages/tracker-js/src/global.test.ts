import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import pkg from '../package.json' with { type: 'json' };
import { createGlobal } from './global.js';
import { fakePage, status } from './testing/fake-env.js';
import type { QueuedCall, Tracker } from './types.js';
import { VERSION } from './version.js';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const snippet = transformSync(read('../snippet.js'), { minify: true }).code.trim();

type Stub = QueuedCall[] & Tracker;

function pageWithSnippet(): Stub {
  const window: { tributary?: Stub } = {};
  vm.runInNewContext(snippet, { window });
  return window.tributary as Stub;
}

test('calls before the script are replayed in order, with their own time', async () => {
  const page = fakePage();
  const stub = pageWithSnippet();
  const before = Date.now();
  stub.page();
  stub.track('a', { n: 1 });
  stub.identify('u1');
  createGlobal(page.env, { writeKey: 'demo' }, stub).track('b');
  await page.advance(250);
  expect(page.events().map((event) => event.event ?? event.type)).toEqual(['page', 'a', 'identify', 'b']);
  expect(page.events()[1]).toMatchObject({ properties: { n: 1 } });
  expect(Date.parse(String(page.events()[1]?.timestamp))).toBeGreaterThanOrEqual(before);
  expect(page.events()[3]).toMatchObject({ userId: 'u1', timestamp: '2023-11-14T22:13:20.000Z' });
});

test('calls before load wait for it, in the snippet and after it', async () => {
  const page = fakePage();
  const stub = pageWithSnippet();
  stub.track('a');
  const tributary = createGlobal(page.env, {}, stub);
  tributary.track('b');
  await page.advance(1000);
  expect(page.sent).toHaveLength(0);
  tributary.load('demo', { endpoint: 'https://events.example' });
  tributary.track('c');
  await page.advance(250);
  expect(page.sent[0]?.url).toBe('https://events.example/v1/batch');
  expect(page.sent[0]?.body.writeKey).toBe('demo');
  expect(page.events().map((event) => event.event)).toEqual(['a', 'b', 'c']);
});

test('profile asked for before the script answers when it is there', async () => {
  const page = fakePage();
  const stub = pageWithSnippet();
  const profile = stub.profile();
  page.answer(Response.json({ segments: ['interested'], traits: {} }));
  createGlobal(page.env, { writeKey: 'demo' }, stub);
  expect(await profile).toEqual({ segments: ['interested'], traits: {} });
});

test('profile asked for before load answers after it', async () => {
  const page = fakePage();
  page.answer(Response.json({ segments: [], traits: {} }), status(200));
  const tributary = createGlobal(page.env, {});
  const profile = tributary.profile();
  tributary.load('demo');
  expect(await profile).toEqual({ segments: [], traits: {} });
});

test('push works as a call; unknown names and a throwing callback stop nothing', async () => {
  const page = fakePage();
  const calls: QueuedCall[] = [
    ['constructor'],
    ['nonsense', 1],
    [
      'ready',
      () => {
        throw new Error('of the page');
      },
    ],
    ['track', 'a'],
  ];
  const tributary = createGlobal(page.env, { writeKey: 'demo' }, calls);
  tributary.push(['track', 'b']);
  await expect(page.advance(250)).rejects.toThrow('of the page');
  await page.advance(250);
  expect(page.events().map((event) => event.event)).toEqual(['a', 'b']);
});

test('a second load changes nothing', async () => {
  const page = fakePage();
  const tributary = createGlobal(page.env, { writeKey: 'demo' });
  tributary.load('other');
  tributary.track('a');
  await page.advance(250);
  expect(page.sent.map((request) => request.body.writeKey)).toEqual(['demo']);
});

test('the snippet is the one that the README shows, and the version is that of the package', () => {
  expect(read('../README.md')).toContain(snippet);
  expect(VERSION).toBe(pkg.version);
});
