import type { Engine } from '@tributary/engine';
import type { Json } from '@tributary/sdk';
import { type Request, type Response, Router } from 'express';
import { answerError, answerJson } from '../http/answer.js';
import { readBody } from '../http/body.js';
import { HttpError } from '../http/errors.js';
import { parseJson } from '../http/json.js';
import type { Log } from '../log.js';
import { authorize } from './auth.js';
import type { Route } from './route.js';
import { validatorsOf } from './validate.js';

const BODY_BYTES = 1024 * 1024;

/** Makes express routes of the table. */
export function mountRoutes(routes: readonly Route[], engine: Engine, log: Log): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, group] of byPath(routes)) {
    const place = router.route(path.replace(/\{(\w+)\}/g, ':$1'));
    for (const one of group) place[one.method](handlerOf(one, engine, log));
    place.all(refuseMethod(path, group, engine, log));
  }
  router.use('/api', (req, res) => {
    const notFound = new HttpError(404, 'NOT_FOUND', 'There is no such address. See /docs for those that there are.');
    authorize(engine, req.headers.authorization).then(
      () => answerError(res, notFound, '/api', log),
      (error: unknown) => answerError(res, error, '/api', log),
    );
  });
  return router;
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const one of routes) groups.set(one.path, [...(groups.get(one.path) ?? []), one]);
  return groups;
}

function handlerOf(route: Route, engine: Engine, log: Log) {
  const validators = validatorsOf(route);
  const name = `${route.method.toUpperCase()} ${route.path}`;
  const work = async (req: Request): Promise<unknown> => {
    await authorize(engine, req.headers.authorization);
    const params: unknown = { ...req.params };
    const query: unknown = { ...req.query };
    validators.params(params);
    validators.query(query);
    const body = route.body ? await bodyOf(req, route.bodyOptional ?? false) : {};
    validators.body(body);
    return route.handle({ engine, params, query, body });
  };
  return (req: Request, res: Response): void => {
    const begun = performance.now();
    res.once('finish', () => {
      const ms = Math.round(performance.now() - begun);
      log.info({ route: name, status: res.statusCode, ms }, 'Management request');
    });
    work(req).then(
      (answer) => answerJson(res, route.answer.status, answer, { 'Cache-Control': 'no-store' }),
      (error: unknown) => answerError(res, error, name, log),
    );
  };
}

async function bodyOf(req: Request, optional: boolean): Promise<Json> {
  const { text } = await readBody(req, BODY_BYTES);
  if (optional && text === '') return {};
  return parseJson(text);
}

function refuseMethod(path: string, group: readonly Route[], engine: Engine, log: Log) {
  const allow = group.map(({ method }) => method.toUpperCase()).join(', ');
  const refusal = new HttpError(405, 'METHOD_NOT_ALLOWED', `This address takes ${allow}.`, {
    headers: { Allow: allow },
  });
  return (req: Request, res: Response): void => {
    authorize(engine, req.headers.authorization).then(
      () => answerError(res, refusal, path, log),
      (error: unknown) => answerError(res, error, path, log),
    );
  };
}
