import type { RequestListener } from 'node:http';
import type { Engine, Metrics, Role } from '@tributary/engine';
import express, { type Express, type RequestHandler, type Response } from 'express';
import { createCollect } from './collect/collect.js';
import { createIdentityCookie } from './collect/identity-cookie/identity-cookie.js';
import { createPaths } from './collect/identity-cookie/paths.js';
import { pathOf } from './collect/path.js';
import { createServeProfile } from './collect/serve-profile.js';
import { createTracker, DEFAULT_PATHS } from './collect/tracker.js';
import { createHealth } from './health/health.js';
import { answerError, answerJson } from './http/answer.js';
import { HttpError } from './http/errors.js';
import type { Log } from './log.js';
import { mountRoutes } from './manage/mount.js';
import { ROUTES } from './manage/table.js';
import { createMetricsPage } from './metrics/metrics.js';
import { openApiDocument } from './openapi/document.js';
import { createDocs } from './pages/docs.js';
import { createLanding, type LandingLink } from './pages/landing.js';

/** Something that is served beside the API, such as the example shop. */
export interface Mount {
  /** Without a slash at the end: `/shop`. */
  path: string;
  title: string;
  handler: RequestHandler;
}

export interface ApiOptions {
  engine: Engine;
  log: Log;
  /** The roles of this process; without `api` it serves its health alone. */
  roles?: readonly Role[];
  /** The browser tracker that /t.js serves, and its parts by name. */
  trackerScript?: string;
  trackerParts?: { [name: string]: string };
  /** Where the tracker is served, and what its calls begin with. */
  trackerPath?: string;
  collectPath?: string;
  mounts?: readonly Mount[];
  /** What /metrics shows. */
  metrics?: Pick<Metrics, 'read'>;
}

/**
 * Makes the HTTP side of a process.
 *
 * @example createServer(createApi({ engine, log })).listen(8080);
 */
export function createApi(options: ApiOptions): RequestListener {
  const { engine, log, roles = ['api'], metrics, collectPath = DEFAULT_PATHS.collect } = options;
  const app = express().disable('x-powered-by').disable('etag');
  const serves = roles.includes('api');
  app.use(createHealth({ engine, log, roles }));
  if (metrics) app.get('/metrics', createMetricsPage(metrics));
  if (serves) addAddresses(app, options, collectPath);
  app.use((_req, res) => {
    answerError(res, new HttpError(404, 'NOT_FOUND', 'There is no such address.'), 'unknown', log);
  });
  app.use((error: unknown, _req: unknown, res: Response, next: () => void) => {
    if (res.headersSent) return next();
    answerError(res, asHttpError(error), 'unknown', log);
  });
  return serves ? inFront(app, options, collectPath) : app;
}

/**
 * What sites ask for thousands of times a second: Express makes a request its own before it asks the first layer, which
 * costs more than all that is done for a single event (docs/performance.md). Everything else is Express.
 */
function inFront(app: Express, { engine, log }: ApiOptions, collectPath: string): RequestListener {
  const rename = createPaths(collectPath);
  const collect = createCollect({ engine, log });
  const serveProfile = createServeProfile({ engine, log });
  return (req, res) => {
    try {
      rename(req);
      if (collect(req, res)) return;
      if (pathOf(req) === '/v1/profile') return void serveProfile(req, res);
    } catch (error) {
      answerError(res, error, 'unknown', log);
      return;
    }
    app(req, res);
  };
}

function addAddresses(app: Express, options: ApiOptions, collect: string): void {
  const { engine, log, mounts = [], trackerScript, trackerParts = {}, trackerPath = DEFAULT_PATHS.tracker } = options;
  // Other spellings of the address than the one that stands in front.
  app.all('/v1/profile', createServeProfile({ engine, log }));
  app.all('/v1/identity', createIdentityCookie({ engine, log }));
  if (trackerScript !== undefined) {
    app.use(createTracker({ script: trackerScript, parts: trackerParts }, { tracker: trackerPath, collect }));
  }
  const document = openApiDocument(ROUTES);
  app.get('/api/openapi.json', (_req, res) => answerJson(res, 200, document));
  app.use(mountRoutes(ROUTES, engine, log));
  app.use('/docs', createDocs());
  for (const mount of mounts) addMount(app, mount);
  app.get('/', createLanding([...mounts, ...LINKS]));
}

const LINKS: readonly LandingLink[] = [
  { path: '/docs', title: 'The API, to read and to try' },
  { path: '/api/openapi.json', title: 'Its OpenAPI document' },
  { path: '/health/ready', title: 'Health' },
];

/** Pages of a mount have relative links: without the slash at the end they would lead elsewhere. */
function addMount(app: Express, { path, handler }: Mount): void {
  app.use(path, (req, res, next) => {
    if (req.originalUrl.split('?')[0] === path) return res.redirect(301, `${path}/`);
    return handler(req, res, next);
  });
}

/** Express refuses some requests itself (an address that does not decode), with a status on the error. */
function asHttpError(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status > 499) return error;
  return new HttpError(status, 'BAD_REQUEST', 'The request cannot be read. Look at its address and headers.');
}
