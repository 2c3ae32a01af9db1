import { expect, test } from 'vitest';
import { fakePage } from './testing/fake-page.js';

const open = (autoPage: boolean | 'changes' = true) => {
  const page = fakePage(undefined, {}, 'https://shop.example/a');
  const tracker = page.createTracker({ writeKey: 'demo', autoPage });
  const paths = async () => {
    await page.advance(250);
    return page.events().map(({ properties }) => {
      const { path, search } = properties as { path: string; search: string };
      return path + search;
    });
  };
  return { page, tracker, paths, history: page.window.history };
};

test('one view for each change of path or query, none for the same address or a new fragment', async () => {
  const { history, paths } = open();
  history.pushState(null, '', '/b');
  history.pushState(null, '', '/b');
  history.replaceState(null, '', '/b');
  history.replaceState({ scroll: 1 }, '', '/b#here');
  history.replaceState(null, '', '/b?page=2');
  expect(await paths()).toEqual(['/a', '/b', '/b?page=2']);
});

test('back and forward are views', async () => {
  const { page, history, paths } = open();
  history.pushState(null, '', '/b');
  page.location.href = 'https://shop.example/a';
  page.fire('popstate');
  page.fire('popstate');
  expect(await paths()).toEqual(['/a', '/b', '/a']);
});

test('a page that comes back from the back/forward cache is one view, and loading it is not another', async () => {
  const { page, paths } = open();
  page.fire('pageshow');
  page.fire('pagehide');
  page.fire('pageshow');
  expect(await paths()).toEqual(['/a', '/a']);
});

test('changes alone leave out the first', async () => {
  const { history, paths } = open('changes');
  history.pushState(null, '', '/b');
  expect(await paths()).toEqual(['/b']);
});

test('without it the page says what a view is', async () => {
  const { history, paths } = open(false);
  history.pushState(null, '', '/b');
  expect(await paths()).toEqual([]);
});
