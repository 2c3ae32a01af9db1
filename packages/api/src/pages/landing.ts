import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** A link on the landing page. */
export interface LandingLink {
  path: string;
  title: string;
}

const STYLE = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; color: #1b2733; }
h1 { font-size: 1.5rem; } li { margin: .4rem 0; } a { color: #0b5cad; } code { background: #eef2f6; padding: .1em .3em; }`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** `/`: what runs here, for whoever opens the address in a browser. */
export function createLanding(links: readonly LandingLink[]) {
  const items = links
    .map(({ path, title }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(title)}</a></li>`)
    .join('\n');
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tributary</title>
<style>${STYLE}</style>
<h1>Tributary runs here</h1>
<p>Send events to <code>/v1</code>, manage under <code>/api</code>.</p>
<ul>
${items}
</ul>
</html>
`;
  return (_req: Request, res: Response): void => {
    res
      .set('Content-Security-Policy', `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'`)
      .set('X-Content-Type-Options', 'nosniff')
      .type('html')
      .send(page);
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
