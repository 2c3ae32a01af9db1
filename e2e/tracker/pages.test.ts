import { fileURLToPath } from 'node:url';
import { need } from '@tributary/testing';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { visitAlone } from './browser.js';
import { type Stage, startStage } from './stage.js';

const fixture = fileURLToPath(new URL('../../packages/tracker-js/src/testing/strict-react.ts', import.meta.url));

describe.skipIf(!need('chromium').ok)('page views', () => {
  let stage: Stage;
  let page: Page;
  const paths = () =>
    stage.collector
      .events()
      .filter(({ type }) => type === 'page')
      .map(({ properties }) => `${properties?.path}${properties?.search}`);
  const seen = (expected: string[]) => expect.poll(paths, { timeout: 5_000 }).toEqual(expected);

  beforeAll(async () => {
    stage = await startStage();
    stage.put('/a', stage.tag('data-page'));
    stage.put('/z', stage.tag('data-page'));
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
  });
  afterAll(() => stage?.close());

  test('of a single-page app: one for each change of path or query, in order', async () => {
    await page.goto(`${stage.url}/a`);
    await page.evaluate(`
      history.pushState({}, '', '/b');
      history.replaceState({ scroll: 3 }, '', '/b');
      history.pushState({}, '', '/b#part');
      history.pushState({}, '', '/b?page=2');
      history.pushState({}, '', '/c');`);
    await page.goBack();
    await page.goBack();
    await page.goForward();
    await seen(['/a', '/b', '/b?page=2', '/c', '/b?page=2', '/b', '/b?page=2']);
  });

  test('of an app under React’s StrictMode, which does everything twice: one each', async () => {
    const { outputFiles } = await build({
      entryPoints: [fixture],
      bundle: true,
      write: false,
      format: 'iife',
      define: { 'process.env.NODE_ENV': '"development"' },
    });
    stage.files.set('/app.js', outputFiles[0]?.text ?? '');
    stage.put(
      '/app',
      '',
      `<main></main><script>window.endpoint = '${stage.collector.origin}'</script><script src="/app.js"></script>`,
    );
    await page.goto(`${stage.url}/app`);
    await page.getByRole('button', { name: 'next' }).click();
    await page.getByRole('button', { name: 'next' }).click();
    await seen(['/app', '/step/1', '/step/2']);
    expect(await page.evaluate('window.renders')).toBeGreaterThan(3);
  });

  test('of a page that comes back from the back/forward cache: one more, and it still sends', async () => {
    await stage.anotherVisitor(true);
    page = await stage.page();
    // The page says by itself where it came from: the remote control does not follow pages into the cache.
    const back = `addEventListener('pageshow', ({ persisted }) => persisted && tributary.track('back'))`;
    stage.put('/kept', `${stage.tag('data-page')}<script>${back}</script>`);
    await page.goto(`${stage.url}/kept`);
    // At once: what is under way does not keep the page out of the cache.
    await page.evaluate(`tributary.track('a'); setTimeout(() => { location.href = '/z' })`);
    await page.waitForURL('**/z');
    await page.goBack({ waitUntil: 'commit' });
    await seen(['/kept', '/z', '/kept']);
    await expect.poll(() => stage.collector.arrived().slice().sort()).toEqual(['a', 'back', 'page', 'page', 'page']);
  });

  test('of a prerendered page: none before it is seen, one then', async () => {
    const rules = { prerender: [{ urls: ['/shown'], eagerness: 'immediate' }] };
    const go = `setTimeout(() => { location.href = '/shown' }, 2000)`;
    stage.put(
      '/speculate',
      `${stage.tag('data-page')}<script type="speculationrules">${JSON.stringify(rules)}</script><script>${go}</script>`,
    );
    const tell = `tributary.track(document.prerendering ? 'made ahead' : 'too late')`;
    stage.put('/shown', `${stage.tag('data-page')}<script>${tell}</script>`);
    // Under remote control Chromium does not prerender: this browser is left to itself.
    const alone = await visitAlone(`${stage.url}/speculate`);
    try {
      await seen(['/speculate']);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(stage.collector.arrived()).toEqual(['page']);
      await seen(['/speculate', '/shown']);
      expect(stage.collector.arrived()).toEqual(['page', 'page', 'made ahead']);
    } finally {
      await alone.close();
    }
  });
});
