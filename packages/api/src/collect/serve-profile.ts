import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '@tributary/engine';
import { answerError, answerJson } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import type { Log } from '../log.js';
import { allowOrigin, answerPreflight } from './cors.js';
import { keyOfHeader, sourceOf } from './write-key.js';

/** `GET /v1/profile`: what a page may know of its visitor, which is only what the operator has marked public. */
export function createServeProfile({ engine, log }: { engine: Engine; log: Log }) {
  return function serveProfile(req: IncomingMessage, res: ServerResponse) {
    if (req.method === 'OPTIONS') return answerPreflight(req, res, 'GET, OPTIONS');
    allowOrigin(req, res);
    read(engine, req).then(
      (view) => answerJson(res, 200, view, { 'Cache-Control': 'no-store' }),
      (error: unknown) => answerError(res, error, '/v1/profile', log),
    );
  };
}

async function read(engine: Engine, req: IncomingMessage) {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'The profile is read with GET.', {
      headers: { Allow: 'GET, OPTIONS' },
    });
  }
  const query = new URLSearchParams((req.url ?? '').split('?')[1] ?? '');
  await sourceOf(engine, keyOfHeader(req.headers.authorization) ?? query.get('writeKey'));
  const anonymousId = query.get('anonymousId');
  if (!anonymousId) {
    throw new HttpError(400, 'INVALID', '"anonymousId" is missing. Send the id of the device in the query.', {
      path: '/anonymousId',
    });
  }
  const { segments, traits } = await engine.publicView.read(anonymousId);
  return { segments, traits };
}
