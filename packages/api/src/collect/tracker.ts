import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';

/** The browser tracker and its parts, by name: `auto` is served beside `/t.js` as `/t-auto.js`. */
export interface TrackerFiles {
  script: string;
  parts?: { [name: string]: string };
}

export interface TrackerPaths {
  /** Where the script is served: `/t.js`. */
  tracker: string;
  /** What the addresses that it calls begin with: `/v1`. */
  collect: string;
}

export const DEFAULT_PATHS: TrackerPaths = { tracker: '/t.js', collect: '/v1' };

/** The browser tracker, at the path that the operator gave it, and calling the paths that the operator gave them. */
export function createTracker({ script, parts = {} }: TrackerFiles, paths: TrackerPaths = DEFAULT_PATHS): Router {
  const router = Router();
  router.get(paths.tracker, serve(withPath(script, paths.collect)));
  for (const [name, code] of Object.entries(parts)) {
    router.get(paths.tracker.replace(/(\.js)?$/, `-${name}.js`), serve(code));
  }
  return router;
}

/** A script that is told where to call needs no attribute on every page. */
function withPath(script: string, path: string): string {
  return path === DEFAULT_PATHS.collect ? script : script.replace('"/v1"', JSON.stringify(path));
}

/** One file, cached for five minutes, then asked for by its ETag. */
function serve(code: string) {
  const body = Buffer.from(code);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'Cache-Control': 'public, max-age=300',
    ETag: etag,
    'X-Content-Type-Options': 'nosniff',
    // Parts are loaded as modules, which needs this; and pages load the script with `crossorigin` for errors in full.
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
  return (req: IncomingMessage, res: ServerResponse): void => {
    const known = req.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
    if (known) {
      res.writeHead(304, headers).end();
      return;
    }
    res.writeHead(200, { ...headers, 'Content-Type': 'text/javascript; charset=utf-8', 'Content-Length': body.length });
    res.end(req.method === 'HEAD' ? undefined : body);
  };
}
