import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Tracing } from '@tributary/engine';
import { causeOf, contextUnder, traceparentOf } from './traceparent.js';

export interface TracingOptions {
  /** Base address of an OTLP/HTTP receiver: spans go to `/v1/traces` under it. */
  endpoint: string;
  roles: readonly string[];
}

export interface RunningTracing extends Tracing {
  /** Sends what is not yet sent, if the receiver takes it soon. */
  stop(): Promise<void>;
}

/** A receiver that is away does not hold up the end for longer. */
const LAST_MS = 3_000;

const KINDS = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

/**
 * Traces by OpenTelemetry. This module is loaded only where they are wanted. Sampler, headers, resource and batching
 * follow the variables of OpenTelemetry (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, ...).
 */
export function createTracing({ endpoint, roles }: TracingOptions): RunningTracing {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const own = { 'service.name': 'tributary', 'service.instance.id': `${process.pid}`, 'tributary.roles': roles.join() };
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  // For plugins too: what they trace by the API of OpenTelemetry belongs to the span of their delivery.
  provider.register();
  const tracer = provider.getTracer('tributary');
  return {
    current() {
      const running = trace.getActiveSpan()?.spanContext();
      return running && traceparentOf(running);
    },
    span(name, { kind, causes = [], attributes }, work) {
      const [parent, ...links] = causes.flatMap(causeOf);
      const options = {
        kind: kind ? KINDS[kind] : SpanKind.INTERNAL,
        attributes: prefixed(attributes),
        links: links.map((context) => ({ context })),
      };
      return tracer.startActiveSpan(name, options, contextUnder(parent), async (span) => {
        try {
          return await work((more) => void span.setAttributes(prefixed(more)));
        } catch (error) {
          // Messages may quote an event: the name and the code say enough here.
          span.setStatus({ code: SpanStatusCode.ERROR });
          span.setAttributes({ 'error.type': nameOf(error) });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    stop: async () => {
      await Promise.race([provider.shutdown(), sleep(LAST_MS, undefined, { ref: false })]);
    },
  };
}

function prefixed(attributes: { [name: string]: string | number }) {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`tributary.${name}`, value]));
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
