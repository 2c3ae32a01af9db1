import { anyManagement, encode, type Known, type Management } from '../arbitraries/routes.js';
import { hold } from '../checks/fault.js';
import { inTime, send, type World } from '../run/world.js';
import { type Kind, kind } from './kind.js';

/** Any request to any address of the management API. */
export function management(routes: readonly Known[]): Kind {
  return kind<Management>({
    name: 'management',
    share: 20,
    chunk: 50,
    cases: anyManagement(routes),
    async check(world, request) {
      const { method, authorization, contentType, body, query } = request;
      const answer = await send(world, 'management', {
        method,
        path: pathOf(request, world) + query,
        headers: {
          'content-type': contentType,
          ...(authorization !== undefined && { authorization }),
          ...(body?.encoding !== undefined && { 'content-encoding': body.encoding }),
        },
        ...(body !== undefined && { body: body.body }),
      });
      if (answer.status === 503) world.tally.putOff++;
      const json = String(answer.headers['content-type']).startsWith('application/json');
      if (json && method !== 'HEAD') hold(isJson(answer.body.toString()), () => `It is no JSON: ${answer.body}`);
      inTime(world, `${method} ${request.route}`, answer.ms);
    },
  });
}

function pathOf({ route, params }: Management, { known }: World): string {
  let n = 0;
  return route.replace(/\{\w+\}/g, () => {
    const param = params[n++];
    if (param === undefined) return 'x';
    return 'text' in param ? param.text : encode(known[param.known % known.length] ?? 'x');
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
