import { EVENT_TYPES, type Event, type EventType, type Json, type JsonObject } from '@tributary/sdk';
import { type IdentityRules, normaliseIdentifier } from '../identity/rules.js';
import type { BatchItem } from './batch.js';
import { correctedTime, type Moment, parseTime } from './clock.js';
import { newUuid } from './ids.js';
import { LIMITS } from './limits.js';
import { depthExceeds, isObject, jsonBytes, shortened } from './shape.js';

export interface NormaliseContext {
  source: string;
  rules: IdentityRules;
  received: Moment;
  sentAt?: number | undefined;
  /** Merged under the call's own context. */
  context?: JsonObject | undefined;
  userAgent?: string | undefined;
  /** True when the request is so small that no event in it can be too large. */
  small: boolean;
}

class Fault extends Error {
  constructor(
    readonly code: string,
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Makes the canonical event of one call. A call that breaks a rule becomes a `rejected` item with
 * the reason and its place: it is accepted, and goes to quarantine. Never throws.
 */
export function normaliseCall(
  call: Json,
  context: NormaliseContext,
): Extract<BatchItem, { kind: 'event' | 'rejected' }> {
  const id = newUuid();
  try {
    return { kind: 'event', event: canonical(id, call, context) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const claimed = isObject(call) ? messageIdOf(call) : undefined;
    return {
      kind: 'rejected',
      rejected: {
        id,
        source: context.source,
        messageId: claimed ?? id,
        receivedAt: context.received.iso,
        code: error.code,
        reason: error.message,
        path: error.path,
        raw: shortened(call),
      },
    };
  }
}

function canonical(id: string, call: Json, request: NormaliseContext): Event {
  const { source, rules, received } = request;
  if (!isObject(call)) throw new Fault('NOT_AN_OBJECT', '', 'An event is a JSON object.');
  if (depthExceeds(call, LIMITS.depth)) {
    throw new Fault('TOO_DEEP', '', `The event is nested more than ${LIMITS.depth} levels deep.`);
  }
  if (!request.small && jsonBytes(call) > LIMITS.eventBytes) {
    throw new Fault('EVENT_TOO_LARGE', '', `The event is larger than ${LIMITS.eventBytes / 1024} KB.`);
  }
  const type = typeOf(call);
  const happened = timeOf(call);
  const event: Event = {
    id,
    type,
    messageId: messageIdChecked(call) ?? id,
    source,
    timestamp:
      happened === undefined
        ? received.iso
        : new Date(correctedTime(happened, parseTime(call.sentAt) ?? request.sentAt, received.ms)).toISOString(),
    receivedAt: received.iso,
    context: { ...request.context, ...objectAt(call, 'context') },
  };
  if (request.userAgent && event.context.userAgent === undefined) event.context.userAgent = request.userAgent;
  const consent = consentOf(event.context);
  if (consent) event.consent = consent;
  identifiers(event, call, rules);
  if (type === 'identify' || type === 'group') event.traits = objectAt(call, 'traits');
  else if (type !== 'alias') event.properties = objectAt(call, 'properties');
  names(event, call);
  return event;
}

function typeOf(call: JsonObject): EventType {
  const type = call.type;
  if (typeof type === 'string' && (EVENT_TYPES as readonly string[]).includes(type)) return type as EventType;
  throw new Fault('UNKNOWN_TYPE', '/type', `The type must be one of ${EVENT_TYPES.join(', ')}.`);
}

function timeOf(call: JsonObject): number | undefined {
  // `originalTimestamp` is what Segment's older libraries call it.
  const field = call.timestamp != null ? 'timestamp' : 'originalTimestamp';
  if (call[field] == null) return undefined;
  const time = parseTime(call[field]);
  if (time === undefined) throw new Fault('BAD_TIMESTAMP', `/${field}`, 'The timestamp must be an ISO 8601 date.');
  return time;
}

function messageIdOf(call: JsonObject): string | undefined {
  const id = call.messageId;
  return typeof id === 'string' && id !== '' && id.length <= LIMITS.messageIdLength && storable(id) ? id : undefined;
}

function messageIdChecked(call: JsonObject): string | undefined {
  if (call.messageId == null || call.messageId === '') return undefined;
  const id = messageIdOf(call);
  if (id === undefined) {
    const max = LIMITS.messageIdLength;
    throw new Fault('BAD_MESSAGE_ID', '/messageId', `The messageId must be a string of at most ${max} characters.`);
  }
  return id;
}

/** Keys of rows and documents: databases refuse NUL and lone surrogates there. */
function storable(key: string): boolean {
  return key.isWellFormed() && !key.includes('\0');
}

function objectAt(call: JsonObject, field: string): JsonObject {
  const value = call[field];
  if (value == null) return {};
  if (!isObject(value)) throw new Fault('NOT_AN_OBJECT', `/${field}`, `${field} must be an object.`);
  return value;
}

function identifiers(event: Event, call: JsonObject, rules: IdentityRules): void {
  for (const field of ['userId', 'anonymousId'] as const) {
    const raw = call[field];
    if (raw == null) continue;
    if (typeof raw !== 'string' && typeof raw !== 'number') {
      throw new Fault('BAD_IDENTIFIER', `/${field}`, `${field} must be a string.`);
    }
    const value = normaliseIdentifier(rules, field, raw);
    if (value !== undefined) event[field] = value;
  }
  if (event.type === 'alias') {
    const previous = normaliseIdentifier(rules, 'userId', call.previousId);
    if (!event.userId || !previous) {
      const path = event.userId ? '/previousId' : '/userId';
      throw new Fault('NO_IDENTIFIER', path, 'An alias needs a userId and a previousId.');
    }
    event.previousId = previous;
  }
  if (event.type === 'group') {
    const group = normaliseIdentifier(rules, 'groupId', call.groupId);
    if (!group) throw new Fault('NO_GROUP', '/groupId', 'A group needs a groupId.');
    event.groupId = group;
  }
  if (!event.userId && !event.anonymousId) {
    throw new Fault('NO_IDENTIFIER', '', 'The event needs a userId or an anonymousId that names one person.');
  }
}

function names(event: Event, call: JsonObject): void {
  const field = event.type === 'track' ? 'event' : 'name';
  if (event.type !== 'track' && event.type !== 'page' && event.type !== 'screen') return;
  const name = call[field];
  if (name == null || name === '') {
    if (event.type === 'track') throw new Fault('NO_EVENT_NAME', '/event', 'A track needs the name of its event.');
  } else if (typeof name !== 'string' || name.length > LIMITS.nameLength) {
    const max = LIMITS.nameLength;
    throw new Fault('BAD_NAME', `/${field}`, `The name must be a string of at most ${max} characters.`);
  } else {
    event.name = name;
  }
  if (event.type !== 'track' && typeof call.category === 'string') {
    event.properties = { category: call.category, ...event.properties };
  }
}

/** Segment's consent object: `context.consent.categoryPreferences`, a map of purposes to booleans. */
function consentOf(context: JsonObject): Event['consent'] {
  const consent = context.consent;
  if (!isObject(consent) || !isObject(consent.categoryPreferences)) return undefined;
  const purposes: { [purpose: string]: boolean } = Object.create(null);
  for (const [purpose, granted] of Object.entries(consent.categoryPreferences)) {
    if (typeof granted === 'boolean') purposes[purpose] = granted;
  }
  return purposes;
}
