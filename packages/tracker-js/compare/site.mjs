import { serve } from './collector.mjs';

const html = (text) => `<!doctype html><title>Page</title>${text}`;

/** Pages with one tracker in them. */
export async function startSite(tracker, collector) {
  const elsewhere = await serve(
    async (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('Elsewhere'),
  );
  const away = `http://localhost:${elsewhere.port}/`;
  const head = (mode, nonce = '') => `
    <script ${nonce}>window.collector = '${collector.origin}'; window.mode = '${mode}'; window.violations = [];
      addEventListener('securitypolicyviolation', ({ violatedDirective }) => violations.push(violatedDirective));</script>
    <script ${nonce} src="/tracker.js" data-key="demo" data-endpoint="${collector.origin}"
      ${/pending|denied/.test(mode) ? `data-consent="${mode}"` : ''}></script>
    <script ${nonce}>${tracker.after}</script>`;
  const bounce = `<script>emit(location.search.slice(1), {}); setTimeout(() => { location.href = '${away}' }, 50)</script>`;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-n1'`,
    `connect-src ${collector.origin}`,
    `base-uri 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
  const pages = {
    '/': (mode) => head(mode),
    '/bounce': () => head('') + bounce,
    '/strict': () => head('', 'nonce="n1"'),
    '/empty': () => '',
  };
  const site = await serve(async ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://site');
    if (pathname === '/tracker.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=3600' }).end(tracker.code);
      return;
    }
    response.writeHead(pathname in pages ? 200 : 404, {
      'content-type': 'text/html',
      ...(pathname === '/strict' && { 'content-security-policy': policy }),
    });
    response.end(html(pages[pathname]?.(searchParams.get('mode') ?? '') ?? ''));
  });
  return {
    url: `http://127.0.0.1:${site.port}`,
    elsewhere: away,
    close: () => Promise.all([site.close(), elsewhere.close()]),
  };
}
