import { need } from '@tributary/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newVisitor } from './browser.js';
import { type Demo, startDemo } from './demo.js';

interface Profile {
  id: string;
  identifiers: { type: string; value: string }[];
  traits: Record<string, unknown>;
  segments: string[];
  events: Record<string, { count: number }>;
}

interface TimelineEvent {
  type: string;
  name?: string;
  anonymousId?: string;
  userId?: string;
  sequence: number;
}

interface List<T> {
  items: T[];
  next: string | null;
}

const servers = need('chromium');

describe.skipIf(!servers.ok)('a visit to the shop', () => {
  let demo: Demo;
  let visitor: Awaited<ReturnType<typeof newVisitor>>;
  let page: Page;
  let anonymousId: string;
  const broken: string[] = [];

  beforeAll(async () => {
    demo = await startDemo();
    visitor = await newVisitor();
    page = await visitor.context.newPage();
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) broken.push(`${response.status()} ${response.url()}`);
    });
  });

  afterAll(async () => {
    await visitor?.close();
    await demo?.stop();
  });

  const profileOf = (identifier: string) =>
    demo.read<Profile>(`/api/profiles?identifier=${encodeURIComponent(identifier)}`);

  const device = () =>
    page.evaluate<string>('new Promise((done) => tributary.ready((tracker) => done(tracker.anonymousId())))');

  /** Opens the product with this name from the list and waits until its picture is drawn. */
  async function look(name: string) {
    await page.goto(`${demo.url}/shop/`);
    await page.getByRole('link', { name }).first().click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }

  test('the first click makes a profile of an unknown visitor', async () => {
    await look('Morning Mug');
    anonymousId = await device();
    expect(anonymousId).toMatch(/^[0-9a-f-]{36}$/);
    await expect
      .poll(() => profileOf(`anonymousId:${anonymousId}`), { timeout: 15_000 })
      .toMatchObject({ events: { 'Product Viewed': { count: 1 } }, segments: [] });
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  test('after the third product a banner appears on the page, without reloading it', async () => {
    await look('Moon Vase');
    await expect
      .poll(() => profileOf(`anonymousId:${anonymousId}`), { timeout: 15_000 })
      .toMatchObject({ events: { 'Product Viewed': { count: 2 } } });
    expect(await page.locator('#banner').isVisible()).toBe(false);
    await look('Harbour Teapot');
    await page.locator('#banner').waitFor({ state: 'visible' });
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect.poll(() => page.locator('#cart-count').textContent()).toBe('1');
  });

  test('signing up and ordering makes one known person with all that was before', async () => {
    await page.getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Byron');
    await page.getByLabel('E-mail').fill('Ada@Example.com');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: 'Welcome, Ada' }).waitFor();

    await page.locator('#cart-link').click();
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();

    const find = () => profileOf('email:ada@example.com');
    await expect.poll(find, { timeout: 20_000 }).toMatchObject({ traits: { purchases: 1 } });
    const profile = (await find()) as Profile;
    expect(profile.traits).toMatchObject({ firstName: 'Ada', lastName: 'Byron', purchases: 1 });
    expect(String(profile.traits.email).toLowerCase()).toBe('ada@example.com');
    expect(profile.segments).toEqual(['interested']);
    const types = profile.identifiers.map(({ type }) => type).sort();
    expect(types).toEqual(['anonymousId', 'email', 'userId']);
    expect((await profileOf(`anonymousId:${anonymousId}`))?.id).toBe(profile.id);
    const userId = profile.identifiers.find(({ type }) => type === 'userId')?.value;
    expect((await profileOf(`userId:${userId}`))?.id).toBe(profile.id);
    expect(profile.events).toMatchObject({
      'Product Viewed': { count: 3 },
      'Product Added': { count: 1 },
      'Signed Up': { count: 1 },
      'Order Completed': { count: 1 },
    });
  });

  test('the timeline has every event once, in the order of the visit', async () => {
    const { id } = (await profileOf('email:ada@example.com')) as Profile;
    const { items, next } = (await demo.read<List<TimelineEvent>>(`/api/profiles/${id}/events`)) as List<TimelineEvent>;
    expect(next ?? null).toBeNull();
    const events = items.sort((a, b) => a.sequence - b.sequence);
    const acts = events.filter(({ type }) => type !== 'page').map(({ type, name }) => name ?? type);
    expect(acts).toEqual([
      'Product Viewed',
      'Product Viewed',
      'Product Viewed',
      'Product Added',
      'identify',
      'Signed Up',
      'Order Completed',
    ]);
    expect(new Set(events.map((event) => event.anonymousId))).toEqual(new Set([anonymousId]));
    const known = events.findIndex(({ type }) => type === 'identify');
    expect(events.slice(0, known).every(({ userId }) => userId === undefined)).toBe(true);
    expect(events.slice(known).every(({ userId }) => userId !== undefined)).toBe(true);
  });

  test('the page shows the webhooks that the shop received, and what it may know of the visitor', async () => {
    await page.getByRole('link', { name: 'Behind the counter' }).first().click();
    const hooks = page.locator('#hooks > li');
    for (const name of ['Order Completed', 'Signed Up']) {
      const hook = hooks.filter({ has: page.locator('b', { hasText: name }) });
      await hook.getByText('signature verified').waitFor();
    }
    await expect.poll(() => hooks.count()).toBe(2);
    const facts = page.locator('#you');
    await facts.getByText('firstName: Ada').waitFor();
    expect(await facts.textContent()).toContain('interested');
    expect(await facts.textContent()).not.toContain('example.com');
  });

  test('signing out makes the browser a stranger', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign up' }).waitFor();
    const next = await device();
    expect(next).not.toBe(anonymousId);
    await expect
      .poll(() => profileOf(`anonymousId:${next}`), { timeout: 15_000 })
      .toMatchObject({ traits: {}, segments: [] });
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  test('no page threw, and no request of the visit failed', () => {
    expect(broken).toEqual([]);
  });
});
