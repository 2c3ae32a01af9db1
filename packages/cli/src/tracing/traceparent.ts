import { type Context, context, isSpanContextValid, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/** W3C trace context: version, trace, span, flags. */
const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** As it travels in a batch; undefined for a span that is not recorded, which nobody could follow. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string | undefined {
  if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The span that a traceparent names: one, or none when it cannot be read. */
export function causeOf(traceparent: string): SpanContext[] {
  const [, traceId = '', spanId = '', flags = ''] = FORM.exec(traceparent) ?? [];
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(found) ? [found] : [];
}

/** What a new span goes under: what led to it in another process, else what runs now. */
export function contextUnder(parent: SpanContext | undefined): Context {
  return parent ? trace.setSpanContext(context.active(), parent) : context.active();
}
