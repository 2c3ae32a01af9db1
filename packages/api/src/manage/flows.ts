import { Type } from '@sinclair/typebox';
import type { FlowDefinition } from '@tributary/engine';
import { HttpError } from '../http/errors.js';
import { found } from './found.js';
import { route } from './route.js';
import { FaultSchema, IdParams, listOf } from './schemas/common.js';
import { DraftBody, FlowRecordSchema, FlowVersionSchema } from './schemas/flow.js';

const tag = 'Flows';

export const flowRoutes = [
  route({
    method: 'get',
    path: '/api/flows',
    tag,
    summary: 'List the flows',
    answer: { status: 200, schema: listOf(FlowRecordSchema), description: 'All flows.' },
    handle: async ({ engine }) => ({ items: await engine.flows.list(), next: null }),
  }),
  route({
    method: 'get',
    path: '/api/flows/{id}',
    tag,
    summary: 'Get a flow with its draft',
    params: IdParams,
    answer: { status: 200, schema: FlowRecordSchema, description: 'The flow.' },
    refusals: [404],
    handle: async ({ engine, params }) => found(await engine.flows.get(params.id), 'flow'),
  }),
  route({
    method: 'put',
    path: '/api/flows/{id}',
    tag,
    summary: 'Save the draft of a flow, and see its faults',
    params: IdParams,
    body: DraftBody,
    answer: {
      status: 200,
      schema: Type.Object({ flow: FlowRecordSchema, faults: Type.Array(FaultSchema) }),
      description: 'The flow, and what stands in the way of publishing it.',
    },
    handle: ({ engine, params, body }) => {
      if (body.id !== undefined && body.id !== params.id) {
        throw new HttpError(400, 'INVALID', `The id of the flow is not the "${params.id}" of the address.`, {
          path: '/id',
        });
      }
      // The engine looks for every fault in a draft itself, so any shape of one may be handed to it.
      return engine.flows.saveDraft(params.id, { ...body, id: params.id } as unknown as FlowDefinition);
    },
  }),
  route({
    method: 'post',
    path: '/api/flows/{id}/publish',
    tag,
    summary: 'Publish the draft as a new version',
    params: IdParams,
    answer: { status: 200, schema: FlowVersionSchema, description: 'The version, which is live now.' },
    refusals: [404],
    handle: ({ engine, params }) => engine.flows.publish(params.id),
  }),
  route({
    method: 'get',
    path: '/api/flows/{id}/versions',
    tag,
    summary: 'List the versions of a flow',
    params: IdParams,
    answer: { status: 200, schema: listOf(FlowVersionSchema), description: 'All versions.' },
    refusals: [404],
    handle: async ({ engine, params }) => {
      found(await engine.flows.get(params.id), 'flow');
      return { items: await engine.flows.versions(params.id), next: null };
    },
  }),
  route({
    method: 'post',
    path: '/api/flows/{id}/rollback',
    tag,
    summary: 'Make an earlier version live, or switch the flow off',
    params: IdParams,
    body: Type.Object(
      {
        version: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
          description: 'Null switches the flow off.',
        }),
      },
      { additionalProperties: false },
    ),
    answer: { status: 200, schema: FlowRecordSchema, description: 'The flow.' },
    refusals: [404],
    handle: ({ engine, params, body }) => engine.flows.rollback(params.id, body.version),
  }),
];
