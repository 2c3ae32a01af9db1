import { expect, test } from 'vitest';
import { fakePage } from './testing/fake-page.js';

test('plugins change, drop and hold back events, in their order', async () => {
  const page = fakePage();
  const tracker = page.createTracker({
    writeKey: 'demo',
    plugins: [
      (event, next) => next({ ...event, context: { ...event.context, app: 'shop' } }),
      (event, next) => {
        if (event.event !== 'secret') next(event);
      },
    ],
  });
  tracker.use((event, next) => setTimeoutOf(page, () => next(event)));
  tracker.track('a');
  tracker.track('secret');
  await page.advance(400);
  expect(page.events()).toMatchObject([{ event: 'a', context: { app: 'shop' } }]);
});

const setTimeoutOf = (page: ReturnType<typeof fakePage>, fn: () => void) => void page.window.setTimeout(fn, 100);

test('a plugin that throws costs the event, is counted, and nothing else', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  tracker.use((event, next) => {
    if (event.event === 'bad') throw new Error('of a plugin');
    next(event);
  });
  tracker.track('bad');
  tracker.track('good');
  await page.advance(250);
  expect(page.events().map(({ event }) => event)).toEqual(['good']);
  expect(tracker.stats()).toEqual({ sent: 1, dropped: 1, rejected: 0 });
});

test('on reports events, acknowledgements, sessions and log-outs, until it is told to stop', async () => {
  const page = fakePage();
  const tracker = page.createTracker({ writeKey: 'demo' });
  const heard: unknown[] = [];
  const stop = tracker.on('event', ({ event }) => heard.push(event));
  tracker.on('sent', (count) => heard.push(count));
  tracker.on('session', (id) => heard.push(id.length));
  tracker.on('reset', (id) => heard.push(id === tracker.anonymousId()));
  tracker.track('a');
  await page.advance(250);
  stop();
  tracker.track('b');
  tracker.reset();
  await page.advance(250);
  expect(heard).toEqual([36, 'a', 1, true, 1]);
});
