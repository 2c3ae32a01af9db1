import { expect, test } from 'vitest';
import { fakePage, newBrowser } from './testing/fake-page.js';
import { lateBrowser } from './testing/late-browser.js';
import type { TrackerOptions } from './types.js';

const open = (browser = newBrowser(), options: Partial<TrackerOptions> = {}) => {
  const page = fakePage(browser);
  return { page, browser, tracker: page.createTracker({ writeKey: 'demo', ...options }) };
};
type Tab = ReturnType<typeof open>;

/** Two tabs of a new visitor, of which the second finds the browser empty until it has stored its own id. */
function race(options: Partial<TrackerOptions> = {}): [Tab, Tab] {
  const browser = newBrowser();
  const late = lateBrowser(browser);
  return [open(browser, options), open(late, options)];
}
const ids = (...tabs: Tab[]) => tabs.flatMap(({ page }) => page.events().map(({ anonymousId }) => anonymousId));
const stored = ({ browser }: Tab) => [browser.cookies.get('tributary_aid'), browser.stored.get('tributary_aid')];
/** What the browser tells the other tabs of a site when one of them changes a key. */
const tell = ({ page, browser }: Tab, key = 'tributary_aid') =>
  page.fire('storage', { key, newValue: browser.stored.get(key) ?? null });

test('of two ids that were made at the same moment the last one stored is that of both tabs', async () => {
  const [one, two] = race();
  one.tracker.track('a');
  const lost = one.tracker.anonymousId();
  await two.page.advance(5);
  two.tracker.track('b');
  one.tracker.track('c');
  await one.page.advance(250);
  await two.page.advance(250);
  expect(
    one.page
      .events()
      .map(({ event }) => event)
      .sort(),
  ).toEqual(['a', 'b', 'c']);
  const [id] = stored(one);
  expect(id).not.toBe(lost);
  expect(new Set(ids(one, two))).toEqual(new Set([id]));
  expect([one.tracker.anonymousId(), two.tracker.anonymousId(), ...stored(one)]).toEqual([id, id, id, id]);
});

test('who was identified meanwhile is the visitor of the id that won, on the next page too', async () => {
  const [one, two] = race();
  one.tracker.identify('u1');
  await two.page.advance(5);
  two.tracker.track('b');
  one.tracker.track('c');
  await one.page.advance(250);
  const [id] = stored(one);
  expect(one.page.events().map(({ anonymousId, userId }) => [anonymousId, userId])).toEqual([
    [id, 'u1'],
    [id, 'u1'],
    [id, undefined],
  ]);
  expect([two.tracker.userId(), open(one.browser).tracker.userId()]).toEqual(['u1', 'u1']);
});

test('and of two that were identified, the last one', async () => {
  const [one, two] = race();
  one.tracker.identify('u1');
  two.tracker.identify('u1');
  await one.page.advance(250);
  expect(new Set(ids(one, two)).size).toBe(1);
  expect([one.tracker.userId(), two.tracker.userId()]).toEqual(['u1', 'u1']);
});

test.each([
  ['as soon as it is told', (tab: Tab) => tell(tab)],
  ['on another subdomain at its next call', (tab: Tab) => tab.tracker.track('c')],
])('an id under which events were sent is put back by the tab that sent them, %s', async (_, notice) => {
  const [one, two] = race();
  one.tracker.track('a');
  await one.page.advance(250);
  const [id] = ids(one);
  two.tracker.track('b');
  expect(stored(one)).not.toContain(id);
  notice(one);
  expect(stored(one)).toEqual([id, id]);
  await two.page.advance(250);
  await one.page.advance(250);
  expect(new Set(ids(one, two))).toEqual(new Set([id]));
});

test('a tab that has taken up an id which then lost sends under the one that won, too', async () => {
  const [one, two] = race();
  one.tracker.track('a');
  const third = open(one.browser);
  third.tracker.identify('u1');
  two.tracker.track('b');
  await third.page.advance(250);
  const [id] = stored(one);
  expect(ids(third)).toEqual([id, id, id]);
  expect(third.tracker.userId()).toBe('u1');
});

test('put back also from a tab in which somebody was identified, who is the visitor of the id that stays', async () => {
  const [one, two] = race();
  one.tracker.identify('u1');
  await one.page.advance(250);
  const [id] = ids(one);
  two.tracker.identify('u1');
  tell(one);
  expect(stored(one)).toEqual([id, id]);
  await two.page.advance(250);
  expect(ids(one, two)).toEqual([id, id]);
  expect([one.tracker.userId(), two.tracker.userId()]).toEqual(['u1', 'u1']);
});

test('two tabs that have both sent do not overrule each other for ever', async () => {
  const [one, two] = race();
  one.tracker.track('a');
  await one.page.advance(250);
  two.tracker.track('b');
  await two.page.advance(250);
  for (let i = 0; i < 6; i++) {
    tell(one);
    tell(two);
  }
  const [id] = stored(one);
  tell(one);
  tell(two);
  expect(stored(one)).toEqual([id, id]);
});

test('a log-out is no race: it is not undone, and what was made before stays with the one who went', async () => {
  const one = open();
  one.tracker.track('a');
  await one.page.advance(250);
  const [before] = ids(one);
  const two = open(one.browser);
  one.tracker.track('b');
  two.tracker.reset();
  two.tracker.identify('u2');
  tell(one);
  one.tracker.track('c');
  await one.page.advance(250);
  const after = two.tracker.anonymousId();
  expect(after).not.toBe(before);
  expect(ids(one)).toEqual([before, before, after, after]);
  expect(one.tracker.userId()).toBe('u2');
});

test('what a new visitor did before the log-out is not that of the next one', async () => {
  const { page, tracker } = open();
  tracker.track('a');
  const before = tracker.anonymousId();
  tracker.reset();
  tracker.track('b');
  await page.advance(250);
  expect(page.events().map(({ anonymousId }) => anonymousId)).toEqual([before, tracker.anonymousId()]);
});

test('granted in both tabs at the same moment: what was held is that of one visitor', async () => {
  const [one, two] = race({ consent: 'pending' });
  one.tracker.track('a');
  two.tracker.track('b');
  one.tracker.consent('granted');
  one.tracker.track('c');
  two.tracker.consent('granted');
  two.tracker.track('d');
  await one.page.advance(250);
  await two.page.advance(250);
  expect(ids(one, two)).toHaveLength(4);
  expect(new Set(ids(one, two))).toEqual(new Set([stored(one)[0]]));
});

test('a page that is left sends under the id that has won so far', () => {
  const [one, two] = race();
  one.tracker.track('a');
  two.tracker.track('b');
  one.page.fire('pagehide');
  two.page.fire('pagehide');
  expect(new Set(ids(one, two))).toEqual(new Set([stored(one)[0]]));
});

test('events that a page could not send are sent by the next one under the id that won', async () => {
  const [one, two] = race();
  one.tracker.track('a');
  two.tracker.track('b');
  const next = open(one.browser);
  await next.page.advance(250);
  expect(ids(next)).toEqual([stored(next)[0], stored(next)[0]]);
});

test.each(['cookie', 'localStorage'] as const)('%s and the other agree again, whichever was written last', (kind) => {
  const [one, two] = race({ storage: kind });
  one.tracker.track('a');
  const id = one.tracker.anonymousId();
  two.tracker.track('b');
  const won = two.tracker.anonymousId();
  // As if the writes of the two tabs had been mixed: the cookie of one, the storage of the other.
  one.browser.stored.set('tributary_aid', kind === 'cookie' ? id : won);
  expect([one.tracker.anonymousId(), two.tracker.anonymousId()]).toEqual([won, won]);
  expect(one.browser.stored.get('tributary_aid')).toBe(won);
});

test('later than some seconds nothing is put back: the browser may have been cleared', async () => {
  const one = open();
  one.tracker.track('a');
  await one.page.advance(6_000);
  one.browser.cookies.clear();
  one.browser.stored.clear();
  expect(one.tracker.anonymousId()).not.toBe(ids(one)[0]);
});

test('nor where consent was taken back and given again: that is another visitor', async () => {
  const one = open();
  one.tracker.track('a');
  await one.page.advance(250);
  one.tracker.consent('denied');
  one.tracker.consent('granted');
  one.tracker.track('b');
  await one.page.advance(250);
  expect(ids(one)).toHaveLength(2);
  expect(new Set(ids(one)).size).toBe(2);
});
