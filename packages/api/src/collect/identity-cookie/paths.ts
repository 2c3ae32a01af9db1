import type { IncomingMessage } from 'node:http';
import { pathOf } from '../path.js';
import { DEFAULT_PATHS } from '../tracker.js';

/** What the tracker calls. */
const CALLS = ['batch', 'profile', 'identity'];

/**
 * Answers the tracker's calls under the operator's own path, too: `/data/batch` is `/v1/batch`. The usual addresses stay,
 * because other libraries know them. It stands before the collecting of events, so it looks at the path and no more.
 */
export function createPaths(path: string) {
  const renamed = new Map<string, string>();
  if (path !== DEFAULT_PATHS.collect) {
    for (const call of CALLS) renamed.set(`${path}/${call}`, `${DEFAULT_PATHS.collect}/${call}`);
  }
  return function rename(req: IncomingMessage): void {
    if (renamed.size === 0) return;
    const called = pathOf(req);
    const known = renamed.get(called);
    if (known) req.url = known + (req.url as string).slice(called.length);
  };
}
