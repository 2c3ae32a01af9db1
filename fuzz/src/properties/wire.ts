import { anyWire, bytesOf, type Wire } from '../arbitraries/wire.js';
import { checkAnswer } from '../checks/answer.js';
import { sendRaw } from '../http/raw.js';
import { inTime } from '../run/world.js';
import { kind } from './kind.js';

/** Bytes that are a request, nearly one, or none: the server answers or hangs up, and neither breaks nor waits for ever. */
export const wires = kind<Wire>({
  name: 'wire',
  share: 12,
  chunk: 50,
  cases: anyWire,
  async check(world, wire) {
    const answer = await sendRaw(world.port, bytesOf(wire), world.client.patience);
    world.tally.note('wire', answer.status ?? 'closed');
    // What of it was taken is not worth a second parser of HTTP: it counts as possible.
    if (answer.status === undefined || answer.status < 300) world.tally.perhaps += mostEvents(wire.body);
    if (answer.status !== undefined && wire.method !== 'HEAD') {
      const retryAfter = /^retry-after: (\d+)/im.exec(answer.head)?.[1];
      const body = Buffer.from(answer.body, 'latin1').toString();
      checkAnswer({ status: answer.status, retryAfter, body });
    }
    inTime(world, `${wire.method} ${wire.target.slice(0, 100)}`, answer.ms);
  },
});

/** No part of the body is a request with more events than the whole: a batch that is cut off is no JSON. */
function mostEvents(body: Buffer): number {
  try {
    const { batch } = JSON.parse(body.toString()) as { batch?: unknown };
    return Array.isArray(batch) ? Math.max(1, batch.length) : 1;
  } catch {
    return 1;
  }
}
