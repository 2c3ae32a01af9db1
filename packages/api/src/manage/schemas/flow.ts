import { Type } from '@sinclair/typebox';
import { AnyJson, named, Timestamp } from './common.js';

const Edge = Type.Object({ from: Type.String(), to: Type.String() });
const Node = Type.Object({ plugin: Type.String(), config: Type.Optional(AnyJson) });
const Trigger = Type.Object({
  events: Type.Array(Type.String()),
  names: Type.Optional(Type.Array(Type.String())),
  sources: Type.Optional(Type.Array(Type.String())),
  when: Type.Optional(AnyJson),
});

export const FlowDefinitionSchema = named(
  'FlowDefinition',
  {
    id: Type.String(),
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    trigger: Trigger,
    nodes: Type.Record(Type.String(), Node),
    edges: Type.Array(Edge),
  },
  'A flow: a trigger, nodes by their ids, and edges that name ports.',
);

/** A draft may have any fault inside: they are reported with their paths, and refused when it is published. */
export const DraftBody = Type.Object(
  { id: Type.Optional(Type.String({ description: 'The id in the address, when it is given.' })) },
  { title: 'FlowDraft', description: 'A FlowDefinition; a draft may be unfinished.', additionalProperties: true },
);

export const FlowRecordSchema = named(
  'Flow',
  {
    v: Type.Literal(1),
    id: Type.String(),
    draft: Type.Union([AnyJson, Type.Null()]),
    live: Type.Union([Type.Integer(), Type.Null()], {
      description: 'The version that new events run; null when it is off.',
    }),
    latest: Type.Integer({ description: 'The highest version that was published.' }),
    updatedAt: Timestamp,
  },
  'A flow: its draft, and which version is live.',
);

export const FlowVersionSchema = named(
  'FlowVersion',
  {
    v: Type.Literal(1),
    flow: Type.String(),
    version: Type.Integer(),
    publishedAt: Timestamp,
    definition: FlowDefinitionSchema,
  },
  'A published version, with exact versions of plugins. It never changes.',
);

export const RunSchema = named(
  'Run',
  {
    v: Type.Literal(1),
    id: Type.String(),
    flow: Type.String(),
    version: Type.Integer(),
    source: Type.String(),
    profile: Type.String(),
    event: Type.Object({
      id: Type.String(),
      messageId: Type.String(),
      type: Type.String(),
      name: Type.Optional(Type.String()),
    }),
    status: Type.String({ description: '`done`, `waiting`, `failed` or `parked`.' }),
    steps: Type.Array(
      Type.Object({
        node: Type.String(),
        plugin: Type.String(),
        port: Type.Optional(Type.String()),
        error: Type.Optional(Type.String()),
        at: Timestamp,
      }),
    ),
    startedAt: Timestamp,
    updatedAt: Timestamp,
  },
  'One passage of one event through one version of a flow.',
);

export const PluginSchema = named(
  'Plugin',
  {
    name: Type.String(),
    version: Type.String(),
    title: Type.String(),
    description: Type.Union([Type.String(), Type.Null()]),
    kind: Type.String({ description: '`run`, `deliver` or `wait`.' }),
    ports: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Null when they depend on the config.',
    }),
    config: Type.Unknown({ description: "JSON Schema of a node's config." }),
  },
  'A type of node.',
);
