import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '@tributary/engine';
import { answerError } from '../../http/answer.js';
import { readBody } from '../../http/body.js';
import { HttpError } from '../../http/errors.js';
import { parseJson } from '../../http/json.js';
import type { Log } from '../../log.js';
import { allowOrigin, answerPreflight } from '../cors.js';
import { sourceOf } from '../write-key.js';

/** 400 days: the longest life that browsers grant. */
const MAX_AGE = 34_560_000;
const BODY_BYTES = 2_048;

/**
 * `POST /v1/identity`: sets the visitor's cookie. Some browsers take away after a week what a script has set; what the
 * site's own server has set stays. Only where the collector is of the page's own site, under its own name: elsewhere
 * the cookie would be a third party's.
 */
export function createIdentityCookie({ engine, log }: { engine: Engine; log: Log }) {
  return function identityCookie(req: IncomingMessage, res: ServerResponse) {
    if (req.method === 'OPTIONS') return answerPreflight(req, res, 'POST, OPTIONS');
    allowOrigin(req, res);
    // The browser keeps a cookie of an answer from another origin only with this.
    res.setHeader('Access-Control-Allow-Credentials', 'true');
    cookieFor(engine, req).then(
      (cookie) => {
        res.writeHead(204, { 'Set-Cookie': cookie, 'Cache-Control': 'no-store' });
        res.end();
      },
      (error: unknown) => answerError(res, error, '/v1/identity', log),
    );
  };
}

async function cookieFor(engine: Engine, req: IncomingMessage): Promise<string> {
  if (req.method !== 'POST') {
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'The cookie is asked for with POST.', {
      headers: { Allow: 'POST, OPTIONS' },
    });
  }
  const body = parseJson((await readBody(req, BODY_BYTES)).text);
  const { writeKey, anonymousId, domain } = (body ?? {}) as { [key: string]: unknown };
  await sourceOf(engine, writeKey);
  if (typeof anonymousId !== 'string' || !/^[\w-]{1,64}$/.test(anonymousId)) {
    throw new HttpError(400, 'INVALID', '"anonymousId" must be of letters, digits, "-" and "_".', {
      path: '/anonymousId',
    });
  }
  const { hostname, protocol } = originOf(req);
  const site = siteOf(hostname, (req.headers.host ?? '').replace(/:\d+$/, ''), domain);
  return [
    `tributary_aid=${anonymousId}`,
    'Path=/',
    `Max-Age=${MAX_AGE}`,
    'SameSite=Lax',
    ...(site === '' ? [] : [`Domain=${site}`]),
    ...(protocol === 'https:' ? ['Secure'] : []),
  ].join('; ');
}

/** The page's origin. Browsers name it with every POST. */
function originOf(req: IncomingMessage): URL {
  try {
    return new URL(req.headers.origin as string);
  } catch {
    throw foreign();
  }
}

/** The domain of the cookie: one that the page and the collector share, which no browser grants to a public suffix. */
function siteOf(page: string, collector: string, domain: unknown): string {
  if (domain === '' || domain === undefined) {
    if (page === collector) return '';
  } else if (typeof domain === 'string' && /^[a-z\d-]+(\.[a-z\d-]+)+$/.test(domain)) {
    if ([page, collector].every((host) => `.${host}`.endsWith(`.${domain}`))) return domain;
  }
  throw foreign();
}

const foreign = () =>
  new HttpError(
    403,
    'NOT_FIRST_PARTY',
    'The cookie is set only for pages of the collector’s own site. Give the collector a name under that of the site.',
    { path: '/domain' },
  );
