import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { snippet } from '../bundles.mjs';
import pkg from '../package.json' with { type: 'json' };
import { fakePage } from './testing/fake-page.js';
import type { Tracker } from './types.js';
import { VERSION } from './version.js';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const code = await snippet();

const tag = (dataset: Record<string, string> = { key: 'demo' }) =>
  ({ src: 'https://events.example/t.js', dataset }) as unknown as HTMLScriptElement;

function pageWithSnippet() {
  const page = fakePage();
  page.run(code);
  return { page, stub: page.window.tributary as Tracker };
}

test('calls before the script are replayed in order, with their own time', async () => {
  const { page, stub } = pageWithSnippet();
  stub.page();
  stub.track('a', { n: 1 });
  await page.advance(1000);
  stub.identify('u1');
  page.createGlobal(tag());
  page.window.tributary?.track('b');
  stub.track('c');
  await page.advance(250);
  expect(page.sent[0]?.url).toBe('https://events.example/v1/batch');
  expect(page.events().map((event) => event.event ?? event.type)).toEqual(['page', 'a', 'identify', 'b', 'c']);
  expect(page.events()[1]).toMatchObject({ properties: { n: 1 }, timestamp: '2023-11-14T22:13:20.000Z' });
  expect(page.events()[3]).toMatchObject({ userId: 'u1', timestamp: '2023-11-14T22:13:21.000Z' });
});

test('what the tracker is asked before the script, it answers when it is there', async () => {
  const { page, stub } = pageWithSnippet();
  const id = stub.anonymousId() as unknown as Promise<string>;
  page.createGlobal(tag());
  expect(await id).toBe(page.window.tributary?.anonymousId());
});

test('a page that is left before the script came sends its calls, and the script repeats them under the same messageId', async () => {
  const beacons: [string, string][] = [];
  const page = fakePage(undefined, {
    navigator: {
      sendBeacon: (url: string, body: string) => beacons.push([url, body]),
      locks: { request: async (_: string, _options: LockOptions, work: () => unknown) => work() },
    },
  });
  page.run(code);
  const stub = page.window.tributary as Tracker;
  stub.page('Home', { theme: 'dark' });
  stub.track('a');
  stub.page({ theme: 'light' });
  await page.advance(1_000);
  stub.identify('u1', { plan: 'free' });
  // What the snippet does not send: the script does, when it comes.
  stub.group('g1');
  stub.alias('u2');
  stub.ready(() => {});
  page.fire('pagehide');
  expect(beacons).toHaveLength(1);
  const [url, body] = beacons[0] as [string, string];
  expect(url).toBe('https://events.example.com/v1/batch');
  const { writeKey, sentAt, context, batch } = JSON.parse(body);
  expect([writeKey, sentAt]).toEqual(['demo', '2023-11-14T22:13:21.000Z']);
  expect(context).toEqual({ page: { url: page.location.href, referrer: 'https://search.example/' } });
  expect(batch).toMatchObject([
    { type: 'page', name: 'Home', properties: { theme: 'dark' }, timestamp: '2023-11-14T22:13:20.000Z' },
    { type: 'track', event: 'a' },
    { type: 'page', properties: { theme: 'light' } },
    { type: 'identify', userId: 'u1', traits: { plan: 'free' }, timestamp: '2023-11-14T22:13:21.000Z' },
  ]);
  expect(batch).toHaveLength(4);
  expect(batch[2]).not.toHaveProperty('name');
  expect(batch[1]).not.toHaveProperty('userId');
  page.createGlobal(tag());
  await page.advance(250);
  const ids = (events: { messageId?: unknown; anonymousId?: unknown }[]) =>
    events.map(({ messageId, anonymousId }) => [messageId, anonymousId]);
  expect(ids(page.events().slice(0, 4))).toEqual(ids(batch));
  expect(page.events().map(({ type }) => type)).toEqual(['page', 'track', 'page', 'identify', 'group', 'alias']);
  page.fire('pagehide');
  expect(beacons).toHaveLength(1);
});

test('push works as a call; unknown names and a throwing callback stop nothing', async () => {
  const page = fakePage();
  const list = [
    ['nonsense', 1],
    [
      'ready',
      () => {
        throw new Error('of the page');
      },
    ],
    ['track', 'a'],
  ];
  Object.assign(page.window, { tributary: list });
  const reported: string[] = [];
  const report = (error: Error) => void reported.push(error.message);
  process.once('unhandledRejection', report);
  page.createGlobal(tag());
  (page.window.tributary as unknown as unknown[]).push(['track', 'b']);
  list.push(['track', 'c']);
  await page.advance(250);
  expect(page.events().map((event) => event.event)).toEqual(['a', 'b', 'c']);
  expect(reported).toEqual(['of the page']);
});

test('a second copy of the script changes nothing, and without a key there is none', () => {
  const page = fakePage();
  page.createGlobal(tag({}));
  expect(page.window.tributary).toBeUndefined();
  page.createGlobal(tag());
  const first = page.window.tributary;
  page.createGlobal(tag({ key: 'other' }));
  expect(page.window.tributary).toBe(first);
});

test('attributes of the tag are options', async () => {
  const page = fakePage();
  page.createGlobal(tag({ key: 'demo', endpoint: 'https://data.example', path: '/d', page: '', flushDelay: '20' }));
  await page.advance(20);
  expect(page.sent[0]?.url).toBe('https://data.example/d/batch');
  expect(page.events().map(({ type }) => type)).toEqual(['page']);
});

test('a page view in the snippet is the first one of data-page', async () => {
  const { page, stub } = pageWithSnippet();
  stub.page('Home');
  page.createGlobal(tag({ key: 'demo', page: '' }));
  page.window.history.pushState(null, '', '/bowl');
  await page.advance(250);
  expect(page.events().map(({ name, properties }) => [name, (properties as { path: string }).path])).toEqual([
    ['Home', '/mug'],
    [undefined, '/bowl'],
  ]);
});

test('the snippet is the one that the README shows, and the version is that of the package', () => {
  expect(read('../README.md')).toContain(code);
  expect(VERSION).toBe(pkg.version);
});
