import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from '../app.js';
import { plainEngine } from '../testing/plain-engine.js';
import { listeningLog, serve } from '../testing/serve.js';

let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  const shop = {
    path: '/shop',
    title: 'The example shop',
    handler: (req: { url: string }, res: { end(text: string): void }) => res.end(`shop ${req.url}`),
  };
  const { log } = listeningLog();
  server = await serve(createApi({ engine: plainEngine().engine, log, mounts: [shop as never] }));
});
afterAll(() => server.close());
const get = (path: string) => fetch(`${server.url}${path}`, { redirect: 'manual' });

it('/ names what runs here', async () => {
  const page = await (await get('/')).text();
  for (const path of ['/docs', '/shop', '/health/ready']) expect(page).toContain(`href="${path}"`);
});

it('/docs and everything that it loads come from this server', async () => {
  const answer = await get('/docs');
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  const page = await answer.text();
  const assets = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path as string);
  expect(assets.length).toBe(4);
  for (const path of assets) {
    expect(path).toMatch(/^\/docs\//);
    expect((await get(path)).status, path).toBe(200);
  }
});

it('a mount is served under its path, with a slash', async () => {
  const bare = await get('/shop?x=1');
  expect({ status: bare.status, to: bare.headers.get('location') }).toEqual({ status: 301, to: '/shop/' });
  expect(await (await get('/shop/cart')).text()).toBe('shop /cart');
});
