import { createHash } from 'node:crypto';
import type { EmittedEvent, Event } from '@tributary/sdk';
import { v7 } from 'uuid';
import { FlowError } from '../faults.js';
import { plainCopy } from '../plain.js';
import type { OutboxEmit } from '../run.js';
import type { PassageInput } from '../types.js';

const MAX_BYTES = 32_768;

/**
 * The event that a flow emits: of the same person and source, one level deeper, with the outbox
 * key as its message id. Its id follows from key and time, so a repeated batch makes the same one.
 */
export function makeEmit(emitted: EmittedEvent, key: string, input: PassageInput, resumed: boolean): OutboxEmit {
  const origin = input.event;
  const { type, name, properties, traits } = plainCopy(emitted) as unknown as EmittedEvent;
  if (!['track', 'page', 'screen', 'identify', 'group'].includes(type))
    throw new FlowError('EMIT_TYPE', `A flow cannot emit an event of type ${JSON.stringify(type)}.`);
  if (type === 'track' && (name === undefined || name === ''))
    throw new FlowError('EMIT_NAME', 'A track event needs a name.');
  if (Buffer.byteLength(JSON.stringify([properties, traits])) > MAX_BYTES)
    throw new FlowError('EMIT_SIZE', `An emitted event holds at most ${MAX_BYTES} bytes.`);
  const random = createHash('sha256').update(key).digest();
  const event: Event = {
    id: v7({ msecs: Date.parse(input.now), random, seq: random.readUInt32BE(16) >>> 1 }),
    type,
    messageId: key,
    source: origin.source,
    ...(name === undefined ? {} : { name }),
    ...(origin.anonymousId === undefined ? {} : { anonymousId: origin.anonymousId }),
    ...(origin.userId === undefined ? {} : { userId: origin.userId }),
    ...(origin.groupId === undefined ? {} : { groupId: origin.groupId }),
    // In the passage of the event itself it happens when that event happened; after a wait, now.
    timestamp: resumed ? input.now : origin.timestamp,
    receivedAt: input.now,
    context: origin.context,
    ...(properties === undefined ? {} : { properties }),
    ...(traits === undefined ? {} : { traits }),
    ...(origin.consent === undefined ? {} : { consent: origin.consent }),
    depth: (origin.depth ?? 0) + 1,
  };
  return { kind: 'emit', key, partition: input.partition, batch: input.batch, createdAt: input.now, event };
}
