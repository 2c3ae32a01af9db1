/** What a span says of its work: ids and numbers, never what an event holds. */
export interface SpanFacts {
  kind?: 'producer' | 'consumer' | 'client';
  /** W3C `traceparent`s of what led to this work: the first is its parent, the others are links. */
  causes?: readonly string[] | undefined;
  attributes: { [name: string]: string | number };
}

/** Adds to what the running span says. */
export type Note = (attributes: SpanFacts['attributes']) => void;

/** Traces, as the engine sees them; the program brings an implementation, or none. */
export interface Tracing {
  /** W3C `traceparent` of the span that runs, when there is one that is recorded. */
  current(): string | undefined;
  /** Runs the work in a span. What it throws is noted by its name and code alone, and thrown on. */
  span<T>(name: string, facts: SpanFacts, work: (note: Note) => Promise<T>): Promise<T>;
}

/** Runs the work in a span where there are traces; else nothing but the work is done. */
export function inSpan<T>(
  tracing: Tracing | undefined,
  name: string,
  facts: () => SpanFacts,
  work: (note: Note) => Promise<T>,
): Promise<T> {
  return tracing ? tracing.span(name, facts(), work) : work(ignore);
}

function ignore(): void {}
