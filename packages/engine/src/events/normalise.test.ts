import type { Json } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../identity/rules.js';
import { momentOf } from './clock.js';
import { LIMITS } from './limits.js';
import { normaliseCall } from './normalise.js';

const NOW = Date.parse('2026-05-05T12:00:00.000Z');

function take(call: Json, more: { sentAt?: number; userAgent?: string } = {}) {
  return normaliseCall(call, {
    source: 'site',
    rules: defaultRules('DE'),
    received: momentOf(NOW),
    small: false,
    ...more,
  });
}
function event(call: Json, more: { sentAt?: number; userAgent?: string } = {}) {
  const item = take(call, more);
  if (item.kind !== 'event') throw new Error(item.rejected.reason);
  return item.event;
}
function fault(call: Json): [string, string] {
  const item = take(call);
  if (item.kind !== 'rejected') throw new Error('was taken');
  return [item.rejected.code, item.rejected.path];
}

describe('a call', () => {
  it('becomes a canonical event', () => {
    const call = {
      type: 'track',
      event: 'Buy',
      userId: ' u1 ',
      anonymousId: 'd',
      messageId: 'm',
      properties: { price: 3 },
      context: { ip: '::1' },
    };
    expect(event(call, { userAgent: 'UA' })).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'track',
      name: 'Buy',
      userId: 'u1',
      anonymousId: 'd',
      messageId: 'm',
      source: 'site',
      timestamp: '2026-05-05T12:00:00.000Z',
      receivedAt: '2026-05-05T12:00:00.000Z',
      properties: { price: 3 },
      context: { ip: '::1', userAgent: 'UA' },
    });
  });

  it('gets a messageId when it has none', () => {
    const made = event({ type: 'page', anonymousId: 'd' });
    expect(made.messageId).toBe(made.id);
  });

  it('keeps whatever JSON it carries', () => {
    const properties = JSON.parse(
      '{"__proto__":{"a":1},"constructor":2,"$set":{"a.b":"\\u0000"},"big":1e308,"lone":"\\ud800"}',
    );
    expect(JSON.stringify(event({ type: 'track', event: 'x', userId: 'u', properties }).properties)).toBe(
      JSON.stringify(properties),
    );
  });

  it.each([
    ['null', null, 'NOT_AN_OBJECT', ''],
    ['a list', [], 'NOT_AN_OBJECT', ''],
    ['an unknown type', { type: 'delete', userId: 'u' }, 'UNKNOWN_TYPE', '/type'],
    ['a track without a name', { type: 'track', userId: 'u' }, 'NO_EVENT_NAME', '/event'],
    ['a name that is no text', { type: 'track', event: {}, userId: 'u' }, 'BAD_NAME', '/event'],
    ['nobody', { type: 'page' }, 'NO_IDENTIFIER', ''],
    ['nobody but blocked values', { type: 'page', userId: 'NULL', anonymousId: ' ' }, 'NO_IDENTIFIER', ''],
    ['an identifier that is an object', { type: 'page', userId: {} }, 'BAD_IDENTIFIER', '/userId'],
    ['a timestamp that is none', { type: 'page', userId: 'u', timestamp: 'yesterday' }, 'BAD_TIMESTAMP', '/timestamp'],
    ['a timestamp out of all years', { type: 'page', userId: 'u', timestamp: 8.64e15 }, 'BAD_TIMESTAMP', '/timestamp'],
    ['properties that are a list', { type: 'page', userId: 'u', properties: [] }, 'NOT_AN_OBJECT', '/properties'],
    ['a context that is a text', { type: 'page', userId: 'u', context: 'x' }, 'NOT_AN_OBJECT', '/context'],
    ['a messageId that is a number', { type: 'page', userId: 'u', messageId: 7 }, 'BAD_MESSAGE_ID', '/messageId'],
    ['a messageId with NUL', { type: 'page', userId: 'u', messageId: 'a\0' }, 'BAD_MESSAGE_ID', '/messageId'],
    ['an alias of nothing', { type: 'alias', userId: 'u' }, 'NO_IDENTIFIER', '/previousId'],
    ['a group without an id', { type: 'group', userId: 'u' }, 'NO_GROUP', '/groupId'],
    [
      'too much',
      { type: 'track', event: 'x', userId: 'u', properties: { a: 'x'.repeat(LIMITS.eventBytes) } },
      'EVENT_TOO_LARGE',
      '',
    ],
  ] as [string, Json, string, string][])(
    'that is %s is rejected with the reason and its place',
    (_, call, code, path) => {
      expect(fault(call)).toEqual([code, path]);
    },
  );

  it('that is nested without end is rejected, and what is kept of it is small', () => {
    let deep: Json = 1;
    for (let n = 0; n < 20_000; n++) deep = [deep];
    const item = take({ type: 'track', event: 'x', userId: 'u', properties: { deep } });
    expect(item).toMatchObject({ kind: 'rejected', rejected: { code: 'TOO_DEEP' } });
    expect(JSON.stringify(item).length).toBeLessThan(1_000);
  });

  it('that is too large is kept shortened', () => {
    const item = take({ type: 'track', event: 'x', userId: 'u', properties: { a: 'ä'.repeat(50_000) } });
    expect(JSON.stringify(item).length).toBeLessThan(5_000);
  });
});

describe('the time of an event', () => {
  const page = (timestamp?: Json): Json => ({
    type: 'page',
    userId: 'u',
    ...(timestamp !== undefined && { timestamp }),
  });

  it('is corrected by the clock that the client had when it sent', () => {
    const sentAt = NOW + 3_600_000;
    expect(event(page('2026-05-05T12:50:00.000Z'), { sentAt }).timestamp).toBe('2026-05-05T11:50:00.000Z');
  });
  it('is never in the future', () => {
    expect(event(page('2027-01-01T00:00:00Z')).timestamp).toBe('2026-05-05T12:00:00.000Z');
  });
  it('can have a zone, none, or be a number', () => {
    expect(event(page('2026-05-05T10:00:00+02:00')).timestamp).toBe('2026-05-05T08:00:00.000Z');
    expect(event(page('2026-05-05 10:00:00')).timestamp).toBe('2026-05-05T10:00:00.000Z');
    expect(event(page('2026-05-05')).timestamp).toBe('2026-05-05T00:00:00.000Z');
    expect(event(page(NOW - 5)).timestamp).toBe('2026-05-05T11:59:59.995Z');
  });
});
