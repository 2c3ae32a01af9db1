import { expect, it } from 'vitest';
import { causeOf, traceparentOf } from './traceparent.js';

const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);

it('a traceparent is read back as the span that it was made of', () => {
  expect(causeOf(traceparentOf({ traceId, spanId, traceFlags: 1 }) as string)).toEqual([
    { traceId, spanId, traceFlags: 1, isRemote: true },
  ]);
});

it('nobody is sent after a span that is not recorded', () => {
  expect(traceparentOf({ traceId, spanId, traceFlags: 0 })).toBeUndefined();
});

it.each(['', 'x', `00-${traceId}-${'0'.repeat(16)}-01`, `01-${traceId}-${spanId}-01`])('%j names no span', (text) => {
  expect(causeOf(text)).toEqual([]);
});
