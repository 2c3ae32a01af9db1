import { need } from '@tributary/testing';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newVisitor } from './browser.js';
import { serve, startCollector } from './collector.js';

const servers = need('chromium');
const VISITS = 20;
const entry = new URL('../../packages/tracker-js/src/script.ts', import.meta.url).pathname;

/** The tracker in a real browser, with a collector on another origin that takes 100 ms for an answer. */
describe.skipIf(!servers.ok)('leaving a page', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let site: Awaited<ReturnType<typeof serve>>;
  let elsewhere: Awaited<ReturnType<typeof serve>>;
  let visitor: Awaited<ReturnType<typeof newVisitor>>;
  let url: string;

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
    });
    const script = outputFiles[0]?.text ?? '';
    site = await serve(({ url: path }, response) => {
      if (path === '/t.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      else {
        const endpoint = `http://localhost:${collector.port}`;
        const tag = `<script src="/t.js" data-key="demo" data-endpoint="${endpoint}"></script>`;
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Page</title>${tag}`);
      }
    });
    elsewhere = await serve(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('Elsewhere'),
    );
    url = `http://127.0.0.1:${site.port}/`;
  });

  beforeEach(async () => {
    await visitor?.close();
    await collector?.close();
    collector = await startCollector();
    visitor = await newVisitor();
  });

  afterAll(async () => {
    await visitor?.close();
    await Promise.all([collector?.close(), site?.close(), elsewhere?.close()]);
  });

  const names = (count: number) => Array.from({ length: count }, (_, i) => `e${i}`);
  /** Before the next visit, which would bring it too. */
  const here = (name: string) => expect.poll(() => collector.arrived(), { timeout: 10_000 }).toContain(name);
  const all = (count: number) => expect.poll(() => collector.arrived(), { timeout: 10_000 }).toEqual(names(count));

  test('for another origin loses nothing, asks for no preflight, and sends plain text', async () => {
    const page = await visitor.context.newPage();
    for (const name of names(VISITS)) {
      await page.goto(url);
      await page.evaluate(`tributary.track('${name}'); location.href = 'http://localhost:${elsewhere.port}/'`);
      await page.waitForURL(`http://localhost:${elsewhere.port}/`);
      await here(name);
    }
    await all(VISITS);
    expect(new Set(collector.methods)).toEqual(new Set(['POST']));
    expect([...collector.types]).toEqual(['text/plain;charset=UTF-8']);
  });

  test('by closing the tab loses nothing', async () => {
    for (const name of names(VISITS)) {
      const page = await visitor.context.newPage();
      await page.goto(url);
      await page.evaluate(`tributary.track('${name}')`);
      await page.close({ runBeforeUnload: true });
      await expect.poll(() => page.isClosed()).toBe(true);
      await here(name);
    }
    await all(VISITS);
  });

  test('while a batch is under way keeps the order', async () => {
    const page = await visitor.context.newPage();
    await page.goto(url);
    await page.evaluate(`tributary.track('e0'); tributary.flush(); tributary.track('e1'); location.href = '/next'`);
    await page.waitForURL(`${url}next`);
    await all(2);
  });

  test('with more than keepalive takes: the rest comes with the next visit', async () => {
    const page = await visitor.context.newPage();
    await page.goto(url);
    await page.evaluate(`
      for (let i = 0; i < 50; i++) tributary.track('e' + i, { text: 'x'.repeat(2000) });
      location.href = 'http://localhost:${elsewhere.port}/'`);
    await page.waitForURL(`http://localhost:${elsewhere.port}/`);
    await expect.poll(() => collector.arrived().length).toBeGreaterThan(15);
    await page.goto(url);
    await all(50);
  });

  test('while the collector is away: the next page sends what it left', async () => {
    collector.setStatus(503);
    const page = await visitor.context.newPage();
    for (const name of names(3)) {
      await page.goto(url);
      await page.evaluate(`tributary.track('${name}')`);
    }
    await expect.poll(() => collector.methods.length).toBeGreaterThan(2);
    expect(collector.arrived()).toEqual([]);
    collector.setStatus(200);
    await page.goto(url);
    await all(3);
  });

  test('two tabs at a time send each event, and none of them loses', async () => {
    const [one, two] = [await visitor.context.newPage(), await visitor.context.newPage()];
    await Promise.all([one.goto(url), two.goto(url)]);
    await Promise.all([
      one.evaluate(`for (let i = 0; i < 30; i++) tributary.track('one' + i)`),
      two.evaluate(`for (let i = 0; i < 30; i++) tributary.track('two' + i)`),
    ]);
    await expect.poll(() => collector.arrived().length, { timeout: 10_000 }).toBe(60);
    const of = (tab: string) => collector.arrived().filter((name) => name.startsWith(tab));
    expect(of('one')).toEqual(Array.from({ length: 30 }, (_, i) => `one${i}`));
    expect(of('two')).toEqual(Array.from({ length: 30 }, (_, i) => `two${i}`));
  });
});
