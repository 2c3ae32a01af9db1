// @vitest-environment happy-dom
import { act, createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApp, defineComponent, h, nextTick } from 'vue';
import { inertTracker } from './inert.js';
import * as react from './react.js';
import type { PublicProfile, Tracker } from './types.js';
import * as vue from './vue.js';

/** What the frameworks' helpers do with a tracker; the tracker itself has tests of its own. */
function listening() {
  const calls: string[] = [];
  const watchers = new Set<(profile: PublicProfile) => void>();
  const tracker = {
    ...inertTracker(),
    page: (name?: string) => void calls.push(`page ${name ?? ''}`.trim()),
    track: (name: string) => void calls.push(name),
    profile: async (callback: (profile: PublicProfile) => void) => {
      const own = (profile: PublicProfile) => callback(profile);
      watchers.add(own);
      return () => void watchers.delete(own);
    },
  } as unknown as Tracker;
  const tell = (...segments: string[]) => {
    for (const watcher of watchers) watcher({ segments, traits: {} });
  };
  return { tracker, calls, watchers, tell };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
let root: HTMLElement;
beforeEach(() => {
  root = document.createElement('main');
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});

function ReactShop({ path }: { path: string }) {
  const tracker = react.useTributary<{ Clicked: undefined }>();
  react.usePageView(path, path.slice(1));
  const profile = react.useProfile();
  return createElement(
    'button',
    { type: 'button', onClick: () => tracker.track('Clicked') },
    profile?.segments.join() ?? '?',
  );
}

describe('React', () => {
  const app = (tracker: Tracker, path: string) =>
    createElement(
      StrictMode,
      null,
      createElement(react.TributaryProvider, { tracker }, createElement(ReactShop, { path })),
    );

  test('gives the tracker, one view for each path under StrictMode, and the profile as it changes', async () => {
    const { tracker, calls, watchers, tell } = listening();
    const mounted = createRoot(root);
    await act(async () => mounted.render(app(tracker, '/a')));
    await act(async () => mounted.render(app(tracker, '/a')));
    await act(async () => mounted.render(app(tracker, '/b')));
    expect(root.textContent).toBe('?');
    await act(async () => tell('vip'));
    expect(root.textContent).toBe('vip');
    document.body.append(root);
    await act(async () => root.querySelector('button')?.click());
    expect(calls.filter((call) => call !== 'Clicked')).toEqual(['page a', 'page b']);
    expect(calls).toContain('Clicked');
    expect(watchers.size).toBe(1);
    await act(async () => mounted.unmount());
    await settle();
    expect(watchers.size).toBe(0);
  });

  test('renders on a server, where the provider may be missing', () => {
    expect(renderToString(createElement(ReactShop, { path: '/a' }))).toContain('?');
  });
});

describe('Vue', () => {
  const Shop = defineComponent(() => {
    const tracker = vue.useTributary<{ Clicked: undefined }>();
    const profile = vue.useProfile();
    return () => h('button', { onClick: () => tracker.track('Clicked') }, profile.value?.segments.join() ?? '?');
  });

  test('gives the tracker, one view for each path of the router, and the profile as it changes', async () => {
    const { tracker, calls, watchers, tell } = listening();
    const guards: ((to: { fullPath: string; name?: unknown }) => void)[] = [];
    const router = { afterEach: (guard: (typeof guards)[0]) => guards.push(guard) };
    const app = createApp(Shop).use(vue.tributary, { tracker, router });
    app.mount(root);
    for (const fullPath of ['/a', '/a#part', '/b?q=1', '/b?q=2']) guards[0]?.({ fullPath, name: fullPath[1] });
    await settle();
    tell('vip');
    await nextTick();
    expect(root.textContent).toBe('vip');
    root.querySelector('button')?.click();
    expect(calls).toEqual(['page a', 'page b', 'page b', 'Clicked']);
    app.unmount();
    await settle();
    expect(watchers.size).toBe(0);
  });

  test('works without the plugin', () => {
    const app = createApp(Shop);
    app.mount(root);
    expect(root.textContent).toBe('?');
  });
});
