import fc from 'fast-check';
import { anyJson, string, wildJson, wildObject } from './json.js';
import { anyText, anyTime } from './text.js';

/** A call that is to be sent: texts of JSON, and what is made when it is sent, so that each person is a new one. */
export interface Template {
  type: string;
  /** `own`: the id of the person of this case. Else a text of JSON, or nothing. */
  anonymousId: string | undefined;
  /** `own` and something behind it. */
  userId: { own: string } | { text: string } | undefined;
  messageId: { own: string } | { text: string };
  /** Further fields: texts of JSON. */
  fields: { [name: string]: string };
}

const TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 1) => fc.option(arbitrary, { nil: undefined, freq });

const fields: fc.Arbitrary<{ [name: string]: string | undefined }> = fc.record({
  event: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('"Viewed"', '"Bought"') },
    { weight: 2, arbitrary: string },
    { weight: 1, arbitrary: wildJson },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  name: maybe(fc.oneof(string, anyJson)),
  category: maybe(fc.oneof(string, anyJson)),
  groupId: maybe(fc.oneof({ weight: 3, arbitrary: string }, { weight: 1, arbitrary: wildJson }), 3),
  previousId: maybe(fc.oneof({ weight: 3, arbitrary: string }, { weight: 1, arbitrary: wildJson })),
  properties: maybe(fc.oneof({ weight: 25, arbitrary: wildObject }, { weight: 1, arbitrary: wildJson }), 3),
  traits: maybe(fc.oneof({ weight: 25, arbitrary: wildObject }, { weight: 1, arbitrary: wildJson }), 3),
  context: maybe(
    fc.oneof(
      { weight: 12, arbitrary: wildObject },
      { weight: 1, arbitrary: wildJson },
      { weight: 2, arbitrary: wildObject.map((value) => `{"consent":{"categoryPreferences":${value}}}`) },
      { weight: 1, arbitrary: anyJson.map((value) => `{"consent":${value},"userAgent":${value}}`) },
    ),
  ),
  timestamp: maybe(anyTime),
  originalTimestamp: maybe(anyTime),
  sentAt: maybe(anyTime),
  integrations: maybe(anyJson),
  __proto__x: maybe(anyJson),
});

const wanted = ({ __proto__x: proto, ...given }: { [name: string]: string | undefined }) => {
  const all = proto === undefined ? given : { ...given, ['__proto__']: proto };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== undefined)) as { [name: string]: string };
};

const call: fc.Arbitrary<Template> = fc.record({
  type: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...TYPES, ...TYPES.slice(0, 4)).map((type) => JSON.stringify(type)) },
    { weight: 1, arbitrary: wildJson },
  ),
  anonymousId: fc.oneof(
    { weight: 30, arbitrary: fc.constant('own') },
    { weight: 1, arbitrary: wildJson },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  userId: fc.oneof(
    { weight: 16, arbitrary: fc.constant(undefined) },
    { weight: 12, arbitrary: fc.constant({ own: '' }) },
    { weight: 1, arbitrary: wildJson.filter((text) => !/^["\d-]/.test(text)).map((text) => ({ text })) },
  ),
  messageId: fc.oneof(
    { weight: 20, arbitrary: fc.constant({ own: '' }) },
    { weight: 2, arbitrary: anyText.map((own) => ({ own })) },
    { weight: 1, arbitrary: wildJson.map((text) => ({ text })) },
  ),
  fields: fields.map(wanted),
});

/** What one client sends of one person. */
export interface Visit {
  calls: Template[];
  /** One call alone goes to its own address. */
  single: boolean;
  /** What stands behind the person's own id in `userId`. */
  userId: string;
  context: string | undefined;
  sentAt: string | undefined;
  keyInBody: boolean;
  /** Sent once more when it has arrived. */
  again: boolean;
}

export const anyVisit: fc.Arbitrary<Visit> = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  single: fc.boolean(),
  userId: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: anyText }),
  context: fc.option(fc.oneof(wildObject, wildJson), { nil: undefined, freq: 1 }),
  sentAt: fc.option(anyTime, { nil: undefined }),
  keyInBody: fc.boolean(),
  again: fc.integer({ min: 0, max: 19 }).map((n) => n === 19),
});
