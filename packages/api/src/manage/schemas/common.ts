import { type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

/** An object of the API's documents: under its name in the components of the OpenAPI document. */
export const named = <P extends TProperties>(title: string, properties: P, description: string): TObject<P> =>
  Type.Object(properties, { title, description });

/** `{items, next}`: every list has this form. */
export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Pass it as `cursor` to get what follows; null at the end.',
    }),
  });

export const Timestamp = Type.String({ format: 'date-time', description: 'ISO 8601, UTC.' });
export const AnyJson = Type.Unknown({ description: 'Any JSON value.' });
export const IdParams = Type.Object({ id: Type.String({ minLength: 1 }) });

/** Query of a list that is read in pages. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'How many items at most.' })),
  cursor: Type.Optional(Type.String({ minLength: 1, description: '`next` of the page before. Opaque.' })),
};

export const FaultSchema = named(
  'Fault',
  { path: Type.String(), code: Type.String(), message: Type.String() },
  'A fault at one place of what was sent.',
);

export const ErrorSchema = named(
  'Error',
  {
    error: Type.Object({
      code: Type.String({ description: 'For programs: it does not change.' }),
      message: Type.String({ description: 'For people: what is wrong and what to do.' }),
      path: Type.Optional(Type.String({ description: 'JSON pointer to the fault.' })),
      faults: Type.Optional(Type.Array(FaultSchema)),
    }),
  },
  'Every refusal has this form.',
);

export const Accepted = named(
  'Accepted',
  { id: Type.String() },
  'It was taken and goes through the pipeline or to its destination again.',
);
