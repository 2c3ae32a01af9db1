import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.js';

const SECRET = 'very-secret-words';

describe.skipIf(!need('chromium').ok)('parts that are loaded when asked for', () => {
  let stage: Stage;
  let page: Page;
  const loaded = () =>
    page.evaluate<string[]>(
      `performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js'))`,
    );
  const told = () => stage.collector.events().map(({ event, properties }) => [event, properties]);

  beforeAll(async () => {
    stage = await startStage();
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
  });
  afterAll(() => stage?.close());

  const open = async (attributes: string, body: string) => {
    stage.put('/', stage.tag(attributes), body);
    await page.goto(stage.url);
    await page.waitForTimeout(200);
  };

  test('none is loaded by itself', async () => {
    await open('data-page', '<button data-t-event="a">A</button>');
    expect(await loaded()).toEqual(['/t.js']);
  });

  test('declarative events: on click and on submit, with their properties', async () => {
    await open(
      'data-elements',
      `<button data-t-event="Plan Chosen" data-t-prop-plan="pro" data-t-prop-order-id="7"><b>Pro</b></button>
      <form data-t-event="Asked" data-t-prop-topic="price" onsubmit="return false"><button>Send</button></form>
      <script>document.querySelector('b').addEventListener('click', (event) => event.stopPropagation())</script>`,
    );
    await page.getByText('Pro').click();
    await page.getByText('Send').click();
    await expect.poll(told).toEqual([
      ['Plan Chosen', { plan: 'pro', orderId: '7' }],
      ['Asked', { topic: 'price' }],
    ]);
  });

  test('automatic capture: clicks, links away, downloads and forms, and never what was written', async () => {
    await open(
      'data-auto',
      `<button id="buy">  Buy
          now </button>
      <a href="/page?token=${SECRET}" onclick="return false">Inside</a>
      <a href="${stage.elsewhere}path?token=${SECRET}" onclick="return false">Away</a>
      <a href="/files/list.pdf" onclick="return false">List</a>
      <a href="mailto:${SECRET}@example.com" onclick="return false">Mail</a>
      <button data-t-ignore>Ignored</button>
      <form id="f" action="/send?token=${SECRET}" method="post" onsubmit="return false">
        <input name="id" value="${SECRET}"><input name="action" type="password" value="${SECRET}">
        <textarea name="t">${SECRET}</textarea><select name="s"><option>${SECRET}</option></select>
        <button contenteditable>${SECRET}</button><input type="submit" value="${SECRET}">
      </form>`,
    );
    for (const name of ['Buy now', 'Inside', 'Away', 'List', 'Mail', 'Ignored']) await page.getByText(name).click();
    await page.locator('input[type=submit]').click();
    await page.locator('[contenteditable]').click();
    await page.locator('textarea').fill('more');
    await expect
      .poll(() => told().map(([name]) => name))
      .toEqual([
        'Element Clicked',
        'Element Clicked',
        'Outbound Link Clicked',
        'File Downloaded',
        'Element Clicked',
        'Element Clicked',
        'Form Submitted',
        'Element Clicked',
        'Form Submitted',
      ]);
    expect(told()[0]?.[1]).toMatchObject({ tag: 'button', id: 'buy', text: 'Buy now' });
    expect(told()[2]?.[1]).toMatchObject({ text: 'Away', url: `${stage.elsewhere}path` });
    expect(told()[3]?.[1]).toMatchObject({ extension: 'pdf', url: `${stage.url}/files/list.pdf` });
    expect(told()[6]?.[1]).toEqual({ id: 'f', method: 'post', url: `${stage.url}/send` });
    expect(JSON.stringify(told())).not.toContain(SECRET);
  });

  test('web vitals', async () => {
    await open('data-vitals', '<h1>Text</h1><button>A</button>');
    const names = () => stage.collector.events().map(({ properties }) => properties?.name);
    // Shifts of the layout are watched from the first paint on: who leaves before has none to report.
    await expect.poll(names, { timeout: 5_000 }).toContain('FCP');
    await page.getByText('A', { exact: true }).click();
    await page.goto(stage.elsewhere);
    await expect.poll(names, { timeout: 5_000 }).toEqual(expect.arrayContaining(['FCP', 'TTFB', 'LCP', 'CLS']));
    for (const { properties } of stage.collector.events()) {
      expect(properties).toMatchObject({ value: expect.any(Number), rating: expect.any(String) });
    }
  });
});

describe.skipIf(!need('chromium').ok)('personalization', () => {
  let stage: Stage;
  let page: Page;
  /** What is seen in each frame from the first one on. */
  const WATCH = `<script>
    window.frames_ = [];
    const look = () => {
      const shown = [...document.querySelectorAll('[data-t-segment]')].filter((one) => one.offsetParent).map((one) => one.id).join(' ');
      if (frames_.at(-1) !== shown) frames_.push(shown);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);</script>`;
  const BODY = `<p id="vip" data-t-segment="vip" hidden>For you</p><p id="other" data-t-segment="!vip" hidden>For all</p>`;
  const frames = () => page.evaluate<string[]>('frames_');
  const segments = (...list: string[]) => {
    stage.collector.settings.profile = { segments: list, traits: {} };
  };

  beforeAll(async () => {
    stage = await startStage();
  });
  beforeEach(async () => {
    await stage.anotherVisitor();
    page = await stage.page();
    stage.put('/', WATCH + stage.tag('async data-page data-profile'), BODY);
  });
  afterAll(() => stage?.close());

  test('shows to whom it is for, and nothing that is taken away again', async () => {
    segments('vip');
    await page.goto(stage.url);
    await page.getByText('For you').waitFor();
    expect((await frames()).filter(Boolean)).toEqual(['vip']);
    segments();
    await stage.anotherVisitor();
    page = await stage.page();
    await page.goto(stage.url);
    await page.getByText('For all').waitFor();
    expect((await frames()).filter(Boolean)).toEqual(['other']);
  });

  test('knows it from the session at the next page, before the collector answers', async () => {
    segments('vip');
    await page.goto(stage.url);
    await page.getByText('For you').waitFor();
    stage.collector.settings.status = 503;
    await page.goto(stage.url);
    await page.getByText('For you').waitFor();
    expect((await frames()).filter(Boolean)).toEqual(['vip']);
  });

  test('changes after an event that changes it, and calls back then', async () => {
    await page.goto(stage.url);
    await page.getByText('For all').waitFor();
    await page.evaluate('window.seen = []; tributary.profile(({ segments }) => seen.push(segments.join()))');
    await expect.poll(() => page.evaluate('seen')).toEqual(['']);
    segments('vip');
    await page.evaluate(`tributary.track('Order Completed')`);
    await page.getByText('For you').waitFor({ timeout: 5_000 });
    await expect.poll(() => page.evaluate('seen')).toEqual(['', 'vip']);
    expect(await page.getByText('For all').isVisible()).toBe(false);
  });

  test('a collector that does not answer leaves the page as it is for everybody', async () => {
    stage.collector.settings.status = 503;
    await page.goto(stage.url);
    await page.getByText('For all').waitFor({ timeout: 5_000 });
    expect((await frames()).filter(Boolean)).toEqual(['other']);
  });
});
