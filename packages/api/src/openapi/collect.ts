import { Type } from '@sinclair/typebox';
import { EVENT_TYPES } from '@tributary/sdk';
import { AnyJson, Timestamp } from '../manage/schemas/common.js';
import type { Components, Document } from './components.js';

const fields = {
  messageId: Type.Optional(
    Type.String({ description: "The client's id of this message: repeats of it are applied once." }),
  ),
  anonymousId: Type.Optional(Type.String()),
  userId: Type.Optional(Type.String()),
  timestamp: Type.Optional(Timestamp),
  sentAt: Type.Optional(Timestamp),
  context: Type.Optional(Type.Record(Type.String(), AnyJson)),
  properties: Type.Optional(Type.Record(Type.String(), AnyJson)),
  traits: Type.Optional(Type.Record(Type.String(), AnyJson)),
  event: Type.Optional(Type.String({ description: 'Name of a `track`.' })),
  name: Type.Optional(Type.String({ description: 'Name of a `page` or a `screen`.' })),
  groupId: Type.Optional(Type.String()),
  previousId: Type.Optional(Type.String({ description: '`alias` only.' })),
};
const writeKey = Type.Optional(Type.String({ description: 'When it is not sent as HTTP Basic.' }));

const Call = Type.Object(
  { ...fields, writeKey },
  {
    title: 'Call',
    description: 'One call of the Segment tracking format. A fault in it is answered 200: it goes to quarantine.',
  },
);
const BatchedCall = Type.Object(
  { type: Type.Union(EVENT_TYPES.map((type) => Type.Literal(type))), ...fields },
  { title: 'BatchedCall', description: 'A call inside a batch.' },
);
const BatchSchema = Type.Object(
  {
    batch: Type.Array(BatchedCall, { maxItems: 2500 }),
    context: Type.Optional(Type.Record(Type.String(), AnyJson, { description: "Merged under each call's own." })),
    sentAt: Type.Optional(Timestamp),
    writeKey,
  },
  { title: 'Batch', description: 'Several calls in one request.' },
);
const Success = Type.Object(
  { success: Type.Literal(true) },
  { title: 'Success', description: 'All of it is in the durable queue.' },
);
const View = Type.Object(
  { segments: Type.Array(Type.String()), traits: Type.Record(Type.String(), AnyJson) },
  { title: 'VisitorView', description: 'What is marked public.' },
);

const security = [{ writeKey: [] }, {}];

/** The addresses that sites and apps use. They are served by handlers of their own, for speed. */
export function collectPaths(components: Components, refusals: (statuses: number[]) => Document): Document {
  const json = (schema: Parameters<Components['refer']>[0]) => ({
    'application/json': { schema: components.refer(schema) },
  });
  const paths: Document = {};
  for (const call of [...EVENT_TYPES, 'batch'] as const) {
    paths[`/v1/${call}`] = {
      post: {
        operationId: `collect-${call}`,
        tags: ['Collect'],
        summary: call === 'batch' ? 'Send several calls' : `Send a ${call} call`,
        description: 'As application/json or text/plain, plain or compressed with gzip, deflate or br.',
        security,
        requestBody: { required: true, content: json(call === 'batch' ? BatchSchema : Call) },
        responses: {
          200: { description: 'Taken.', content: json(Success) },
          ...refusals([400, 401, 413, 415, 429, 503]),
        },
      },
    };
  }
  const inQuery = (name: string, description: string, required: boolean) => ({
    name,
    in: 'query',
    required,
    description,
    schema: { type: 'string' },
  });
  paths['/v1/profile'] = {
    get: {
      operationId: 'read-visitor',
      tags: ['Collect'],
      summary: 'What a page may know of its visitor',
      security,
      parameters: [
        inQuery('anonymousId', 'Id of the device.', true),
        inQuery('writeKey', 'When it is not sent as HTTP Basic.', false),
      ],
      responses: { 200: { description: 'What is public.', content: json(View) }, ...refusals([400, 401, 503]) },
    },
  };
  return paths;
}
