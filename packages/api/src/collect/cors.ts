import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Any site may send events and read what is public: a write key is no secret and no cookie is looked at. The origin is
 * named back instead of `*`, which browsers also take for requests that were made with credentials mode `include`.
 */
export function allowOrigin(req: IncomingMessage, res: ServerResponse): void {
  const origin = req.headers.origin;
  if (origin === undefined) return;
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Vary', 'Origin');
  // Without this, the tracker cannot see how long it is asked to wait.
  res.setHeader('Access-Control-Expose-Headers', 'Retry-After');
}

/** Answers a preflight. */
export function answerPreflight(req: IncomingMessage, res: ServerResponse, methods: string): void {
  allowOrigin(req, res);
  res.writeHead(204, {
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Content-Encoding',
    'Access-Control-Max-Age': '86400',
  });
  res.end();
}
