import { Type } from '@sinclair/typebox';
import { found } from './found.js';
import { route } from './route.js';
import { IdParams, listOf } from './schemas/common.js';
import { SourceSchema } from './schemas/operations.js';

const tag = 'Sources';
const answer = { status: 200, schema: SourceSchema, description: 'The source.' };

export const sourceRoutes = [
  route({
    method: 'get',
    path: '/api/sources',
    tag,
    summary: 'List the sources',
    answer: { status: 200, schema: listOf(SourceSchema), description: 'All sources.' },
    handle: async ({ engine }) => ({ items: await engine.sources.list(), next: null }),
  }),
  route({
    method: 'post',
    path: '/api/sources',
    tag,
    summary: 'Create a source',
    body: Type.Object(
      {
        id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        name: Type.String({ minLength: 1, maxLength: 200 }),
        writeKey: Type.Optional(
          Type.String({ minLength: 1, maxLength: 200, description: 'One is made when it is missing.' }),
        ),
      },
      { additionalProperties: false },
    ),
    answer: { status: 201, schema: SourceSchema, description: 'The new source, with its write key.' },
    refusals: [409],
    handle: ({ engine, body }) => engine.sources.create(body),
  }),
  route({
    method: 'get',
    path: '/api/sources/{id}',
    tag,
    summary: 'Get a source',
    params: IdParams,
    answer,
    refusals: [404],
    handle: async ({ engine, params }) => found(await engine.sources.get(params.id), 'source'),
  }),
  route({
    method: 'patch',
    path: '/api/sources/{id}',
    tag,
    summary: 'Rename a source, or switch it on or off',
    params: IdParams,
    body: Type.Object(
      {
        name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        enabled: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    answer,
    refusals: [404],
    handle: ({ engine, params, body }) => engine.sources.update(params.id, body),
  }),
  route({
    method: 'post',
    path: '/api/sources/{id}/keys',
    tag,
    summary: 'Add a write key',
    params: IdParams,
    answer: { status: 201, schema: SourceSchema, description: 'The source, with one write key more.' },
    refusals: [404],
    handle: ({ engine, params }) => engine.sources.addKey(params.id),
  }),
  route({
    method: 'delete',
    path: '/api/sources/{id}/keys/{key}',
    tag,
    summary: 'Remove a write key',
    params: Type.Object({ id: Type.String({ minLength: 1 }), key: Type.String({ minLength: 1 }) }),
    answer,
    refusals: [404],
    handle: ({ engine, params }) => engine.sources.removeKey(params.id, params.key),
  }),
];
