import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { anyBody, type Packed } from '../arbitraries/bodies.js';
import { hold } from '../checks/fault.js';
import { inTime, send } from '../run/world.js';
import { WRITE_KEY } from '../server/program.js';
import { kind } from './kind.js';

interface Posted {
  call: string;
  packed: Packed;
  keyed: boolean;
}

const MAX = 500 * 1024;
const basic = `Basic ${Buffer.from(WRITE_KEY).toString('base64')}`;

/** Any bytes: taken when they are what docs/collect.md asks for, and refused else. */
export const bodies = kind<Posted>({
  name: 'body',
  share: 20,
  chunk: 50,
  cases: fc.record({
    call: fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias', 'batch', 'batch', 'batch/'),
    packed: anyBody,
    keyed: fc.boolean(),
  }),
  async check(world, { call, packed, keyed }) {
    const { body, encoding } = packed;
    const answer = await send(world, 'body', {
      method: 'POST',
      path: `/v1/${call}`,
      body,
      headers: {
        'content-type': 'application/json',
        ...(encoding !== undefined && { 'content-encoding': encoding }),
        ...(keyed && { authorization: basic }),
      },
    });
    const expected = eventsIn(inflate(body, encoding), call.startsWith('batch'), keyed);
    if (answer.status === 503) {
      world.tally.putOff++;
      world.tally.perhaps += expected ?? 0;
      return;
    }
    const good = answer.status === 200;
    hold(
      good === (expected !== undefined),
      () => `Answered ${answer.status} ${answer.body}; events in it: ${expected}`,
    );
    world.tally.accepted += expected ?? 0;
    inTime(world, `POST /v1/${call}`, answer.ms);
  },
});

/** The plain bytes; undefined when they are none, or too many. */
function inflate(body: Buffer, encoding: string | undefined): Buffer | undefined {
  const limits = { maxOutputLength: MAX };
  try {
    switch (encoding?.toLowerCase()) {
      case undefined:
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limits);
      case 'br':
        return brotliDecompressSync(body, limits);
      case 'deflate':
        return ((body[0] ?? 0) & 0x0f) === 8 ? inflateSync(body, limits) : inflateRawSync(body, limits);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** How many events a body holds; undefined when it has to be refused. */
export function eventsIn(body: Buffer | undefined, batch: boolean, keyed: boolean): number | undefined {
  if (body === undefined || body.length > MAX || !isUtf8(body)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const { writeKey, batch: calls } = parsed as { writeKey?: unknown; batch?: unknown };
  if (!keyed && writeKey !== WRITE_KEY) return undefined;
  if (!batch) return body.length > 32 * 1024 ? undefined : 1;
  return Array.isArray(calls) && calls.length <= 2_500 ? calls.length : undefined;
}
