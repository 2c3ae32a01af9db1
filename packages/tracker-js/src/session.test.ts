import { expect, test } from 'vitest';
import { fakePage, newBrowser } from './testing/fake-page.js';

const open = (address: string, browser = newBrowser()) => {
  const page = fakePage(browser, {}, address);
  const tracker = page.createTracker({ writeKey: 'demo' });
  return { page, browser, tracker };
};

interface Context {
  sessionId: string;
  sessionStart?: boolean;
  campaign?: object;
  clickIds?: object;
}
const contexts = ({ page }: ReturnType<typeof open>) => page.events().map(({ context }) => context as Context);

test('a session ends after 30 minutes without an event, and not before', async () => {
  const visit = open('https://shop.example/');
  visit.tracker.track('a');
  await visit.page.advance(29 * 60_000);
  visit.tracker.track('b');
  await visit.page.advance(30 * 60_000);
  visit.tracker.track('c');
  await visit.page.advance(31 * 60_000);
  visit.tracker.track('d');
  await visit.page.advance(1_000);
  const [a, b, c, d] = contexts(visit);
  expect(new Set([a?.sessionId, b?.sessionId, c?.sessionId]).size).toBe(1);
  expect(d?.sessionId).not.toBe(a?.sessionId);
  expect([a, b, c, d].map((one) => one?.sessionStart)).toEqual([true, undefined, undefined, true]);
});

test('another campaign begins another session; the same address again, and one without, do not', async () => {
  const { browser } = open('https://shop.example/');
  const ids: (string | undefined)[] = [];
  for (const query of ['', '?utm_source=news', '?utm_source=news', '', '?gclid=x1', '?gclid=x2']) {
    const visit = open(`https://shop.example/${query}`, browser);
    visit.tracker.track('a');
    await visit.page.advance(250);
    ids.push(contexts(visit)[0]?.sessionId);
  }
  expect(ids.map((id) => [...new Set(ids)].indexOf(id))).toEqual([0, 1, 1, 1, 2, 3]);
});

test('campaign and click ids are told apart, and other parameters are none', async () => {
  const visit = open(
    'https://shop.example/?utm_campaign=spring&utm_source=news&utm_content=b%20c&fbclid=f1&msclkid=m&q=mug&clid=1',
  );
  visit.tracker.track('a');
  await visit.page.advance(250);
  expect(contexts(visit)[0]).toMatchObject({
    campaign: { name: 'spring', source: 'news', content: 'b c' },
    clickIds: { fbclid: 'f1', msclkid: 'm' },
  });
  const { campaign, clickIds } = contexts(visit)[0] as Context;
  expect([Object.keys(campaign ?? {}), Object.keys(clickIds ?? {})]).toEqual([
    ['name', 'source', 'content'],
    ['fbclid', 'msclkid'],
  ]);
});

test.each([
  'gclid',
  'dclid',
  'gbraid',
  'wbraid',
  'fbclid',
  'msclkid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'rdt_cid',
  'ScCid',
  'epik',
  'yclid',
  'irclickid',
  'mc_cid',
])('%s is a click id', async (name) => {
  const visit = open(`https://shop.example/?${name}=1`);
  visit.tracker.track('a');
  await visit.page.advance(250);
  expect(contexts(visit)[0]?.clickIds).toEqual({ [name]: '1' });
});
