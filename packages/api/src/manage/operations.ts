import { Type } from '@sinclair/typebox';
import { pageOf } from './page.js';
import { route } from './route.js';
import { listOf, pageQuery } from './schemas/common.js';
import { PluginSchema, RunSchema } from './schemas/flow.js';
import { AccountingSchema, PublicViewSchema, TokenSchema } from './schemas/operations.js';

export const operationRoutes = [
  route({
    method: 'get',
    path: '/api/runs',
    tag: 'Flows',
    summary: 'List stored runs: those with an effect, a wait or an error, and samples of the others',
    query: Type.Object({
      flow: Type.Optional(Type.String({ minLength: 1 })),
      profile: Type.Optional(Type.String({ minLength: 1 })),
      status: Type.Optional(Type.String({ minLength: 1 })),
      ...pageQuery,
    }),
    answer: { status: 200, schema: listOf(RunSchema), description: 'A page of runs.' },
    handle: ({ engine, query: { limit: _limit, cursor: _cursor, ...filters }, query }) =>
      engine.effects.runs({ ...pageOf(query), ...filters }),
  }),
  route({
    method: 'get',
    path: '/api/accounting',
    tag: 'Operations',
    summary: 'What became of every accepted event',
    answer: { status: 200, schema: AccountingSchema, description: 'The numbers now.' },
    handle: ({ engine }) => engine.accounting(),
  }),
  route({
    method: 'get',
    path: '/api/plugins',
    tag: 'Flows',
    summary: 'List the plugins that are loaded, with the schemas of their configs',
    answer: { status: 200, schema: listOf(PluginSchema), description: 'All plugins.' },
    handle: async ({ engine }) => ({ items: engine.plugins(), next: null }),
  }),
  route({
    method: 'get',
    path: '/api/public',
    tag: 'Operations',
    summary: 'What pages may read of their visitors',
    answer: { status: 200, schema: PublicViewSchema, description: 'The segments and traits that are public.' },
    handle: ({ engine }) => engine.publicView.get(),
  }),
  route({
    method: 'put',
    path: '/api/public',
    tag: 'Operations',
    summary: 'Mark segments and traits as public',
    body: Type.Object(PublicViewSchema.properties, { additionalProperties: false }),
    answer: { status: 200, schema: PublicViewSchema, description: 'What is public now.' },
    handle: async ({ engine, body }) => {
      await engine.publicView.set(body);
      return body;
    },
  }),
  route({
    method: 'post',
    path: '/api/tokens',
    tag: 'Operations',
    summary: 'Create a management token',
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
    answer: { status: 201, schema: TokenSchema, description: 'The token, in clear this once.' },
    handle: ({ engine, body }) => engine.tokens.create(body.name),
  }),
];
