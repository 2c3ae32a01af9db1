import { createCore, type LoadProfile } from './tracker.js';
import type { Module, PushedCall, QueuedCall, Tracker } from './types.js';

/** What the snippet puts on the window: a list of calls that answers to the names of the tracker's methods. */
export type Stub = (QueuedCall | PushedCall)[] & Tracker;

/** `window.tributary`. */
export type Global = (Tracker | Stub) & { push(call: QueuedCall | PushedCall): unknown };

/** The modules that an attribute of the tag asks for: `data-auto`, `data-elements`, … */
const MODULES = ['auto', 'elements', 'vitals', 'profile', 'cookie'];

const normal = (call: QueuedCall | PushedCall): QueuedCall =>
  Array.isArray(call) ? ({ type: call[0], args: call.slice(1), timestamp: call.timestamp } as QueuedCall) : call;

/**
 * Makes `window.tributary` as the tag says, whose attributes are the options, and replays onto it what the snippet
 * gathered, in order.
 */
export function createGlobal(script: HTMLScriptElement): void {
  const stub = window.tributary as Stub | undefined;
  const { dataset: tag, src = '' } = script;
  const own = (module: string) => import(src.replace(/(\.js)?(\?|$)/, `-${module}.js$2`));

  function start(links?: { start: Module }): void {
    const calls = stub?.splice(0).map(normal) ?? [];
    const { tracker, run, extend } = createCore(
      {
        endpoint: src && new URL(src).origin,
        ...(tag as object),
        // A page view that was asked for before counts as the first one.
        autoPage: 'page' in tag && (calls.some(({ type }) => type === 'page') ? 'changes' : true),
        ...(links && { modules: [links.start] }),
        writeKey: tag.key as string,
      },
      () => own('profile') as ReturnType<LoadProfile>,
      tag,
    );
    const push = (call: QueuedCall | PushedCall): void => run(normal(call));
    // Whoever kept the snippet's list in a variable still reaches the tracker.
    if (stub) stub.push = push as Stub['push'];
    window.tributary = { ...tracker, push };
    calls.forEach(push);
    for (const module of MODULES) if (module in tag) own(module).then((loaded) => extend(loaded.start));
  }

  // A second copy of the script on the page must not send everything twice.
  if (!tag.key || (stub && !Array.isArray(stub))) return;
  // Who was handed over by a link must be known before the first event.
  if ('links' in tag) own('links').then(start, () => start());
  else start();
}
