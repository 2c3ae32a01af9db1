import type { BrowserContext, Page } from 'playwright-core';
import { BUNDLES, bundle, snippet } from '../../packages/tracker-js/bundles.mjs';
import { newVisitor } from './browser.js';
import { serve, startCollector } from './collector.js';

/** How often each case is tried: `TRACKER_VISITS=300` is the full proof. */
export const VISITS = Number(process.env.TRACKER_VISITS ?? 20);
export const isFull = VISITS >= 300;

export type Stage = Awaited<ReturnType<typeof startStage>>;

/**
 * A site with the tracker in its pages, a collector on another origin, and a site that has nothing to do with either.
 * The script and its parts are served by the site, from the cache at the second visit.
 */
export async function startStage() {
  const files = new Map<string, string>();
  for (const name of Object.keys(BUNDLES)) files.set(`/${name}`, await bundle(name));
  const collector = await startCollector();
  const stub = (await snippet()).replace('https://events.example.com/v1/batch', `${collector.origin}/v1/batch`);
  const pages = new Map<string, string>();
  const headers = { current: {} as { [name: string]: string } };
  const site = await serve(({ url = '' }, response) => {
    const [path = ''] = url.split('?');
    const file = files.get(path);
    // A file that never comes.
    if (path === '/never.js') return;
    if (file !== undefined) {
      const type = {
        'content-type': 'text/javascript',
        'cache-control': 'max-age=3600',
        'access-control-allow-origin': '*',
      };
      response.writeHead(200, type).end(file);
    } else {
      const html = pages.get(path) ?? '<!doctype html><title>Nothing</title>';
      response.writeHead(200, { 'content-type': 'text/html', ...headers.current }).end(html);
    }
  });
  const elsewhere = await serve(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('Elsewhere'),
  );
  let visitor = await newVisitor();

  return {
    collector,
    files,
    headers,
    stub,
    port: site.port,
    /** The site's origin; it has other names, too: `*.localhost`. */
    url: `http://127.0.0.1:${site.port}`,
    elsewhere: `http://localhost:${elsewhere.port}/`,
    /** The tag of the script. */
    tag: (attributes = '', src = '/t.js') =>
      `<script ${attributes} src="${src}" data-key="demo" data-endpoint="${collector.origin}"></script>`,
    /** Puts a page at a path. */
    put: (path: string, head: string, body = '') =>
      void pages.set(
        path,
        `<!doctype html><html><head><title>${path}</title>${head}</head><body>${body}</body></html>`,
      ),
    context: (): BrowserContext => visitor.context,
    page: (): Promise<Page> => visitor.context.newPage(),
    /** Somebody who was never here. */
    async anotherVisitor(withPageCache = false) {
      await visitor.close();
      visitor = await newVisitor(withPageCache);
      collector.forget();
      Object.assign(collector.settings, { status: 200, profile: { segments: [], traits: {} } });
    },
    async close() {
      await visitor.close();
      await Promise.all([collector.close(), site.close(), elsewhere.close()]);
    },
  };
}

export const names = (count: number) => Array.from({ length: count }, (_, i) => `e${i}`);
