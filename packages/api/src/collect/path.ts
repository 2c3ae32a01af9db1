import type { IncomingMessage } from 'node:http';

/** The path of a request, as it came. */
export function pathOf(req: IncomingMessage): string {
  const url = req.url as string;
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
