import type { TObject, TSchema } from '@sinclair/typebox';
import type { Route } from '../manage/route.js';
import { ErrorSchema } from '../manage/schemas/common.js';
import { collectPaths } from './collect.js';
import { Components, type Document } from './components.js';

const REASONS: { [status: number]: string } = {
  400: 'The request has a fault: the error says where.',
  401: 'The key or token is missing or unknown.',
  404: 'There is no such thing.',
  409: 'It is not in a state that allows this.',
  413: 'It is too large. Send it in parts.',
  415: 'The content type or encoding is not taken here.',
  429: 'Too many requests. `Retry-After` says when to try again.',
  503: 'It cannot be taken now. `Retry-After` says when to try again.',
};

/** The OpenAPI 3.1 document, from the same schemas that validate the requests. */
export function openApiDocument(routes: readonly Route[]): Document {
  const components = new Components();
  const error = { 'application/json': { schema: components.refer(ErrorSchema) } };
  const refusals = (statuses: number[]): Document =>
    Object.fromEntries(statuses.map((status) => [status, { description: REASONS[status], content: error }]));

  const paths = collectPaths(components, refusals);
  for (const route of routes) {
    paths[route.path] = { ...(paths[route.path] as Document), [route.method]: operation(route, components, refusals) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version: '1.0.0',
      description:
        'Events in, profiles out. Sites send events under `/v1`; everything under `/api` needs a management token.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(['Collect', ...routes.map(({ tag }) => tag)])].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A management token.' },
        writeKey: { type: 'http', scheme: 'basic', description: 'The write key as user name, without a password.' },
      },
    },
  };
}

function operation(route: Route, components: Components, refusals: (statuses: number[]) => Document): Document {
  const { method, path, tag, summary, params, query, body, bodyOptional, answer } = route;
  const parameters = [...parametersOf(params, 'path', components), ...parametersOf(query, 'query', components)];
  const statuses = [400, 401, ...(route.refusals ?? []), ...(body ? [413, 415] : []), 503];
  return {
    operationId: `${method}-${path.slice(5).replace(/[{}]/g, '').replaceAll('/', '-')}`,
    tags: [tag],
    summary,
    security: [{ token: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: !bodyOptional, content: json(components.refer(body)) } }),
    responses: {
      [answer.status]: { description: answer.description, content: json(components.refer(answer.schema)) },
      ...refusals(statuses),
    },
  };
}

const json = (schema: Document) => ({ 'application/json': { schema } });

function parametersOf(schema: TObject | undefined, place: 'path' | 'query', components: Components): Document[] {
  if (!schema) return [];
  const required = new Set(schema.required);
  return Object.entries<TSchema>(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.has(name),
    ...(property.description !== undefined && { description: property.description }),
    schema: components.refer(property),
  }));
}
