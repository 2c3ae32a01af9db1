import { expect, test } from 'vitest';
import { createTracker } from './index.js';
import { fakePage } from './testing/fake-page.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('events made together leave in one batch, in order, without a header of their own', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo', endpoint: 'https://events.example/' });
  tracker.page();
  tracker.track('Product Viewed', { sku: 'mug' });
  tracker.track('Product Added');
  await page.advance(249);
  expect(page.sent).toHaveLength(0);
  await page.advance(1);
  expect(page.sent).toHaveLength(1);
  expect(page.sent[0]?.url).toBe('https://events.example/v1/batch');
  expect(page.sent[0]?.headers).toBeUndefined();
  expect(page.sent[0]?.body.writeKey).toBe('demo');
  expect(page.sent[0]?.body.sentAt).toBe('2023-11-14T22:13:20.250Z');
  expect(page.events().map((event) => event.event ?? event.type)).toEqual(['page', 'Product Viewed', 'Product Added']);
});

test('an event says what happened, who did it, when and where', async () => {
  const page = fakePage();
  page.createTracker({ writeKey: 'demo' }).track('Product Viewed', { sku: 'mug' });
  await page.advance(250);
  const [event] = page.events();
  expect(event).toMatchObject({
    type: 'track',
    event: 'Product Viewed',
    properties: { sku: 'mug' },
    timestamp: '2023-11-14T22:13:20.000Z',
    context: {
      library: { name: '@tributary/tracker-js' },
      page: { path: '/mug', title: 'Mug', referrer: 'https://search.example/', url: page.location.href },
      userAgent: 'Fake/1',
      locale: 'en-GB',
      screen: { width: 1280, height: 720, density: 2 },
      sessionStart: true,
      campaign: { name: 'spring', source: 'news' },
    },
  });
  expect(page.sent[0]?.body.context).toEqual({ timezone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  expect(event?.messageId).toMatch(UUID);
  expect(event?.anonymousId).toMatch(UUID);
  expect(event?.messageId).not.toBe(event?.anonymousId);
  expect(event).not.toHaveProperty('userId');
});

test('twenty events do not wait for the delay', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  for (let i = 0; i < 20; i++) tracker.track(`e${i}`);
  await page.advance(0);
  expect(page.events()).toHaveLength(20);
});

test('page takes a name, properties, both or none', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.page();
  tracker.page('Home');
  tracker.page({ theme: 'dark' });
  tracker.page('Home', { theme: 'dark' });
  await page.advance(250);
  const views = page.events().map((event) => [event.name, (event.properties as { theme?: string }).theme]);
  expect(views).toEqual([
    [undefined, undefined],
    ['Home', undefined],
    [undefined, 'dark'],
    ['Home', 'dark'],
  ]);
  expect(page.events()[0]?.properties).toMatchObject({ path: '/mug', title: 'Mug' });
});

test('identify, group and alias carry what the tracking format wants', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.identify({ plan: 'free' });
  tracker.identify('u1', { email: 'a@b.example' });
  tracker.group('acme', { seats: 3 });
  tracker.alias('u2');
  await page.advance(250);
  const [traits, user, group, alias] = page.events();
  expect(traits).toMatchObject({ type: 'identify', traits: { plan: 'free' } });
  expect(traits).not.toHaveProperty('userId');
  expect(user).toMatchObject({ type: 'identify', userId: 'u1', traits: { email: 'a@b.example' } });
  expect(group).toMatchObject({ type: 'group', groupId: 'acme', userId: 'u1', traits: { seats: 3 } });
  expect(alias).toMatchObject({ type: 'alias', userId: 'u2', previousId: 'u1' });
});

test('what the page does with its objects after the call does not reach the event', async () => {
  const page = fakePage();
  const cart = { items: ['mug'] };
  page.createTracker({ writeKey: 'demo' }).track('Cart Viewed', cart);
  cart.items.push('bowl');
  await page.advance(250);
  expect(page.events()[0]?.properties).toEqual({ items: ['mug'] });
});

test('properties that are no JSON are dropped and counted, and the page goes on', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  tracker.track('Broken', circle);
  tracker.track('Fine');
  await page.advance(250);
  expect(page.events().map((event) => event.event)).toEqual(['Fine']);
  expect(tracker.stats()).toEqual({ sent: 1, dropped: 1, rejected: 0 });
});

test('profile asks for this visitor and rejects when refused', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo', endpoint: 'https://events.example' });
  page.answer(
    Response.json({ segments: ['interested'], traits: { firstName: 'Ada' } }),
    new Response('', { status: 401 }),
  );
  expect(await tracker.profile()).toEqual({ segments: ['interested'], traits: { firstName: 'Ada' } });
  expect(page.sent[0]?.url).toBe(
    `https://events.example/v1/profile?writeKey=demo&anonymousId=${tracker.anonymousId()}`,
  );
  await expect(tracker.profile()).rejects.toThrow('401');
});

test('on a server the tracker does nothing, and a missing key is said', async () => {
  const tracker = createTracker({ writeKey: 'demo' });
  tracker.track('Product Viewed');
  expect(await tracker.profile()).toEqual({ segments: [], traits: {} });
  expect(tracker.anonymousId()).toBe('');
  expect(() => createTracker({ writeKey: '' })).toThrow(expect.objectContaining({ code: 'missing_write_key' }));
});

test('no unload listener: it would keep pages out of the back/forward cache', () => {
  const page = fakePage();
  page.createTracker({ writeKey: 'demo' });
  expect([...page.listeners.keys()].sort()).toEqual([
    'online',
    'pagehide',
    'pageshow',
    'prerenderingchange',
    'storage',
    'visibilitychange',
  ]);
});

test('starting looks at no cookie, which would take longer than all the rest: the first event does', () => {
  const page = fakePage();
  let reads = 0;
  Object.defineProperty(page.document, 'cookie', { get: () => ++reads && '', set: () => {} });
  const tracker = page.createTracker({ writeKey: 'demo' });
  expect(reads).toBe(0);
  tracker.track('a');
  expect(reads).toBeGreaterThan(0);
});
