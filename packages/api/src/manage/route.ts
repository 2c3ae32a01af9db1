import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { Engine } from '@tributary/engine';

/** What a handler is given: everything was checked against the route's schemas. */
export interface Input<P extends TSchema, Q extends TSchema, B extends TSchema> {
  engine: Engine;
  params: Static<P>;
  query: Static<Q>;
  body: Static<B>;
}

export interface Answer {
  status?: number;
  body: unknown;
}

/** One line of the route table: express routes, validators and the OpenAPI document are all made from it. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/api/sources/{id}`. */
  path: string;
  tag: string;
  summary: string;
  params?: TObject;
  query?: TObject;
  body?: TSchema;
  /** The body may be missing: it then counts as `{}`. */
  bodyOptional?: boolean;
  /** What is answered when all is well. */
  answer: { status: number; schema: TSchema; description: string };
  /** Refusals beyond those that every route has (400, 401, 503). */
  refusals?: number[];
  handle(input: Input<TSchema, TSchema, TSchema>): Promise<Answer | unknown>;
}

interface TypedRoute<P extends TObject, Q extends TObject, B extends TSchema>
  extends Omit<Route, 'params' | 'query' | 'body' | 'handle'> {
  params?: P;
  query?: Q;
  body?: B;
  /** Returns the body of the answer. */
  handle(input: Input<P, Q, B>): Promise<unknown>;
}

/** Writes a line of the route table; the handler's types follow from the schemas. */
export function route<P extends TObject, Q extends TObject, B extends TSchema>(definition: TypedRoute<P, Q, B>): Route {
  return definition as unknown as Route;
}
