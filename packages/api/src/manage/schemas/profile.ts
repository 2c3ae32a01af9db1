import { Type } from '@sinclair/typebox';
import { AnyJson, named, Timestamp } from './common.js';

const Provenance = named(
  'Provenance',
  {
    at: Timestamp,
    event: Type.String({ description: 'Id of the event.' }),
    source: Type.String(),
    flow: Type.Optional(Type.String()),
    version: Type.Optional(Type.Integer({ description: 'Version of the flow.' })),
    node: Type.Optional(Type.String()),
  },
  'Where a trait came from: the event that set it, and the node of a flow when one did.',
);

const SessionSchema = named(
  'Session',
  {
    id: Type.String(),
    device: Type.String({ description: 'The anonymousId.' }),
    startedAt: Timestamp,
    lastAt: Timestamp,
    events: Type.Integer(),
  },
  'A visit: events of one device with no gap of 30 minutes.',
);

export const ProfileSchema = named(
  'Profile',
  {
    id: Type.String(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    identifiers: Type.Array(Type.Object({ type: Type.String(), value: Type.String(), at: Timestamp })),
    traits: Type.Record(Type.String(), AnyJson),
    segments: Type.Array(Type.String(), { description: 'Names of the segments that the person is in.' }),
    firstSeen: Type.String(),
    lastSeen: Type.String(),
    events: Type.Record(
      Type.String(),
      Type.Object({ count: Type.Integer(), first: Type.String(), last: Type.String() }),
      { description: 'By name for `track`, by type for the other calls.' },
    ),
    sessions: Type.Object({
      count: Type.Integer(),
      latest: Type.Array(SessionSchema, { description: 'The latest of each device, newest first.' }),
    }),
    consents: Type.Record(Type.String(), Type.Object({ granted: Type.Boolean(), at: Timestamp })),
    absorbed: Type.Array(Type.String(), { description: 'Ids of the profiles that were merged into this one.' }),
    provenance: Type.Record(Type.String(), Provenance, { description: 'By key of the trait.' }),
  },
  'One person.',
);

export const TimelineEvent = Type.Object(
  {
    id: Type.String(),
    type: Type.String(),
    messageId: Type.String(),
    source: Type.String(),
    name: Type.Optional(Type.String()),
    anonymousId: Type.Optional(Type.String()),
    userId: Type.Optional(Type.String()),
    timestamp: Timestamp,
    receivedAt: Timestamp,
    context: Type.Record(Type.String(), AnyJson),
    properties: Type.Optional(Type.Record(Type.String(), AnyJson)),
    traits: Type.Optional(Type.Record(Type.String(), AnyJson)),
    profile: Type.String({ description: 'The profile that took it: this one, or one that it has absorbed.' }),
    sequence: Type.Integer({ description: 'Place in that profile, in the order in which it was applied.' }),
    session: Type.Optional(Type.String()),
    emitted: Type.Optional(Type.Boolean({ description: 'True when a flow emitted it.' })),
  },
  { title: 'TimelineEvent', description: 'An event, with its place in the timeline.' },
);
