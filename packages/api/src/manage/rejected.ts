import { Type } from '@sinclair/typebox';
import type { Json } from '@tributary/sdk';
import { pageOf } from './page.js';
import { route } from './route.js';
import { Accepted, IdParams, listOf, pageQuery } from './schemas/common.js';
import { DeadLetterSchema, QuarantinedSchema } from './schemas/operations.js';

const accepted = { status: 202, schema: Accepted, description: 'It goes through the pipeline again.' };

export const rejectedRoutes = [
  route({
    method: 'get',
    path: '/api/dead-letters',
    tag: 'Dead letters',
    summary: 'List events that were given up',
    query: Type.Object(pageQuery),
    answer: { status: 200, schema: listOf(DeadLetterSchema), description: 'A page of dead letters.' },
    handle: ({ engine, query }) => engine.effects.deadLetters(pageOf(query)),
  }),
  route({
    method: 'post',
    path: '/api/dead-letters/{id}/replay',
    tag: 'Dead letters',
    summary: 'Send a dead letter through the pipeline again',
    params: IdParams,
    answer: accepted,
    refusals: [404, 409],
    handle: async ({ engine, params }) => {
      await engine.effects.replayDeadLetter(params.id);
      return { id: params.id };
    },
  }),
  route({
    method: 'get',
    path: '/api/quarantine',
    tag: 'Quarantine',
    summary: 'List events that broke a rule',
    query: Type.Object({ source: Type.Optional(Type.String({ minLength: 1 })), ...pageQuery }),
    answer: { status: 200, schema: listOf(QuarantinedSchema), description: 'A page of quarantined events.' },
    handle: ({ engine, query }) =>
      engine.effects.quarantine({ ...pageOf(query), ...(query.source !== undefined && { source: query.source }) }),
  }),
  route({
    method: 'post',
    path: '/api/quarantine/{id}/replay',
    tag: 'Quarantine',
    summary: 'Send a quarantined event through the pipeline again, as it was or mended',
    params: IdParams,
    body: Type.Object(
      { event: Type.Optional(Type.Unknown({ description: 'The mended event, in place of the one that came.' })) },
      { additionalProperties: false },
    ),
    bodyOptional: true,
    answer: accepted,
    refusals: [404, 409],
    handle: async ({ engine, params, body }) => {
      await engine.effects.replayQuarantined(params.id, body.event as Json | undefined);
      return { id: params.id };
    },
  }),
];
