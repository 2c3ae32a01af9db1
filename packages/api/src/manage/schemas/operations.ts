import { Type } from '@sinclair/typebox';
import { AnyJson, named, Timestamp } from './common.js';

export const SourceSchema = named(
  'Source',
  {
    v: Type.Literal(1),
    id: Type.String(),
    name: Type.String(),
    writeKeys: Type.Array(Type.String(), { description: 'Public by nature: they stand in every page.' }),
    enabled: Type.Boolean(),
    createdAt: Timestamp,
  },
  'Where events come from.',
);

export const DeliverySchema = named(
  'Delivery',
  {
    id: Type.String({ description: 'The idempotency key.' }),
    kind: Type.String({ description: '`delivery`, `wait` or `emit`.' }),
    status: Type.String({ description: '`pending`, `answered`, `delivered` or `dead`.' }),
    destination: Type.String(),
    profile: Type.String(),
    flow: Type.Optional(Type.String()),
    version: Type.Optional(Type.Integer()),
    node: Type.Optional(Type.String()),
    dueAt: Timestamp,
    attempts: Type.Array(
      Type.Object({
        at: Timestamp,
        ms: Type.Number(),
        status: Type.Optional(Type.Integer()),
        error: Type.Optional(Type.String()),
      }),
    ),
    payload: Type.Optional(AnyJson),
    result: Type.Optional(AnyJson),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  'One outside effect of a node, with its attempts.',
);

export const DeadLetterSchema = named(
  'DeadLetter',
  { id: Type.String(), event: AnyJson, reason: Type.String(), at: Timestamp, batch: Type.String() },
  'An event that was given up, with the reason.',
);

export const QuarantinedSchema = named(
  'Quarantined',
  {
    id: Type.String(),
    source: Type.String(),
    messageId: Type.String(),
    receivedAt: Timestamp,
    code: Type.String(),
    reason: Type.String(),
    path: Type.String({ description: 'JSON pointer into the event.' }),
    raw: AnyJson,
  },
  'An event that was accepted but broke a rule.',
);

const Count = Type.Integer({ minimum: 0 });
export const AccountingSchema = named(
  'Accounting',
  {
    accepted: Count,
    waiting: Count,
    applied: Count,
    duplicate: Count,
    quarantined: Count,
    deadLettered: Count,
    emitted: Type.Integer({ minimum: 0, description: 'Events that flows emitted: counted apart.' }),
    nodes: Type.Record(Type.String(), Type.Integer(), { description: 'Passages by `flow@version/node/port`.' }),
  },
  'accepted = waiting + applied + duplicate + quarantined + deadLettered.',
);

export const PublicViewSchema = named(
  'PublicView',
  {
    segments: Type.Array(Type.String()),
    traits: Type.Array(Type.String(), { description: 'Keys of traits.' }),
    purpose: Type.Optional(
      Type.String({ minLength: 1, description: 'With it, only what people have consented to is read.' }),
    ),
  },
  'Names of the segments and traits that a page may read of its visitor.',
);

export const TokenSchema = named(
  'Token',
  { id: Type.String(), token: Type.String({ description: 'Shown this once.' }) },
  'A management token.',
);
