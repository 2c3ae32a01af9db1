import type { Event } from '../event.js';

/** A `track` event with everything that one has; give what the test is about. */
export function testEvent(event: Partial<Event> = {}): Event {
  return {
    id: '01890000-0000-7000-8000-0000000000e1',
    type: 'track',
    messageId: 'message-1',
    source: 'test',
    anonymousId: 'device-1',
    timestamp: '2026-01-01T12:00:00.000Z',
    receivedAt: '2026-01-01T12:00:01.000Z',
    context: {},
    ...(event.type === undefined || event.type === 'track' ? { name: 'Test' } : {}),
    ...event,
  };
}
