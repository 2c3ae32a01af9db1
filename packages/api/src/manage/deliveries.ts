import { Type } from '@sinclair/typebox';
import type { DeliveryRow } from '@tributary/engine';
import { found } from './found.js';
import { pageOf, shown } from './page.js';
import { route } from './route.js';
import { Accepted, IdParams, listOf, pageQuery } from './schemas/common.js';
import { DeliverySchema } from './schemas/operations.js';

const tag = 'Deliveries';

export const deliveryRoutes = [
  route({
    method: 'get',
    path: '/api/deliveries',
    tag,
    summary: 'List deliveries, newest first',
    query: Type.Object({
      status: Type.Optional(
        Type.Union([
          Type.Literal('pending'),
          Type.Literal('answered'),
          Type.Literal('delivered'),
          Type.Literal('dead'),
        ]),
      ),
      destination: Type.Optional(Type.String({ minLength: 1 })),
      flow: Type.Optional(Type.String({ minLength: 1 })),
      ...pageQuery,
    }),
    answer: { status: 200, schema: listOf(DeliverySchema), description: 'A page of deliveries.' },
    handle: async ({ engine, query: { limit: _limit, cursor: _cursor, ...filters }, query }) =>
      shown(await engine.effects.deliveries({ ...pageOf(query), ...filters }), showDelivery),
  }),
  route({
    method: 'get',
    path: '/api/deliveries/{id}',
    tag,
    summary: 'Get a delivery with its payload and attempts',
    params: IdParams,
    answer: { status: 200, schema: DeliverySchema, description: 'The delivery.' },
    refusals: [404],
    handle: async ({ engine, params }) => {
      const row = found(await engine.effects.delivery(params.id), 'delivery');
      const payload = row.entry.kind === 'emit' ? row.entry.event : row.entry.payload;
      return { ...showDelivery(row), payload, ...(row.result && { result: row.result }) };
    },
  }),
  route({
    method: 'post',
    path: '/api/deliveries/{id}/replay',
    tag,
    summary: 'Try a delivery again that was given up',
    params: IdParams,
    body: Type.Object(
      { force: Type.Optional(Type.Boolean({ description: 'Also when it was delivered.' })) },
      { additionalProperties: false },
    ),
    bodyOptional: true,
    answer: { status: 202, schema: Accepted, description: 'It is due now.' },
    refusals: [404, 409],
    handle: async ({ engine, params, body }) => {
      await engine.effects.replayDelivery(params.id, body.force ?? false);
      return { id: params.id };
    },
  }),
];

function showDelivery(row: DeliveryRow) {
  const { entry } = row;
  const from = entry.kind === 'emit' ? {} : { flow: entry.run.flow, version: entry.run.version, node: entry.run.node };
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    destination: row.destination,
    profile: row.profile,
    ...from,
    dueAt: new Date(row.dueAt).toISOString(),
    attempts: row.attempts,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
