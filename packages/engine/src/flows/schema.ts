import { Condition, EVENT_TYPES, OneOf, Type } from '@tributary/sdk';

/** An id that stands in keys, edges and addresses; `constructor` and the like would be taken for code. */
const ID = '^(?!(?:constructor|prototype)$)[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
const NODE_ID = '^(?!(?:constructor|prototype|trigger)$)[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
const Name = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false };

export const MAX_NODES = 500;
export const MAX_EDGES = 2_000;

/** JSON Schema of a flow as a user writes it. */
export const FlowSchema = Type.Object(
  {
    id: Type.String({ pattern: ID, description: 'Never changes; letters, digits, - and _.' }),
    name: Type.Optional(Name),
    description: Type.Optional(Type.String({ maxLength: 5_000 })),
    purpose: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,64}$',
        description: 'What its deliveries are for: they go out only for people who have consented to it.',
      }),
    ),
    trigger: Type.Object(
      {
        events: Type.Array(OneOf(EVENT_TYPES), { minItems: 1, maxItems: 10, description: 'Calls that start a run.' }),
        names: Type.Optional(
          Type.Array(Type.String({ maxLength: 500 }), { minItems: 1, maxItems: 500, description: 'Only these names.' }),
        ),
        sources: Type.Optional(
          Type.Array(Type.String({ maxLength: 200 }), {
            minItems: 1,
            maxItems: 500,
            description: 'Only these sources.',
          }),
        ),
        when: Type.Optional(Condition({ description: 'JSON Logic over event, profile, session and now.' })),
      },
      closed,
    ),
    nodes: Type.Record(
      Type.String({ pattern: NODE_ID }),
      Type.Object(
        {
          plugin: Type.String({ minLength: 1, maxLength: 300, description: 'Name and version range: webhook@^1.' }),
          config: Type.Optional(Type.Unknown()),
        },
        closed,
      ),
      { maxProperties: MAX_NODES, additionalProperties: false },
    ),
    edges: Type.Array(
      Type.Object({ from: Type.String({ maxLength: 200 }), to: Type.String({ maxLength: 100 }) }, closed),
      { maxItems: MAX_EDGES },
    ),
  },
  { title: 'Flow', ...closed },
);
