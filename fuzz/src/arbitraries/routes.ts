import fc from 'fast-check';
import { TOKEN } from '../server/program.js';
import { anyBody, type Packed } from './bodies.js';
import { anyJson, wildJson } from './json.js';
import { anyKey, anyText } from './text.js';

/** A request to the management API, with the ids of things that are there left open until it is sent. */
export interface Management {
  method: string;
  /** As the OpenAPI document writes it. */
  route: string;
  /** For each parameter: a text, or one of the ids that are known by then. */
  params: ({ text: string } | { known: number })[];
  query: string;
  authorization: string | undefined;
  contentType: string;
  body: Packed | undefined;
}

export interface Known {
  method: string;
  route: string;
}

const cursor = fc.oneof(
  anyText,
  fc.base64String({ maxLength: 60 }),
  anyJson.map((text) => Buffer.from(text).toString('base64url')),
  fc.constantFrom('0', '00000000-0000-7000-8000-000000000000', 'W10', 'e30', 'bnVsbA', 'WzFd', 'WyIiLDFd'),
);

const pair = fc.oneof(
  fc.tuple(fc.constant('cursor'), cursor),
  fc.tuple(
    fc.constant('limit'),
    fc.oneof(fc.integer().map(String), fc.constantFrom('1', '200', '1e2', '0x10', '-0', '')),
  ),
  fc.tuple(
    fc.constantFrom('identifier', 'segment', 'source', 'status', 'flow', 'profile', 'destination', '__proto__', 'a[b]'),
    fc.oneof(
      anyText,
      anyText.map((text) => `userId:${text}`),
      fc.constantFrom('dead', 'pending', 'email:a@b.example'),
    ),
  ),
  fc.tuple(anyKey, anyText),
);

const query = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 4,
    arbitrary: fc
      .array(pair, { minLength: 1, maxLength: 3 })
      .map((pairs) => `?${pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`),
  },
  { weight: 1, arbitrary: fc.webQueryParameters().map((text) => `?${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('?%', '?%ff=%ff', '?=', '?&&&', '?limit=1&limit=2', '?a[__proto__][b]=1', '?cursor[]=1'),
  },
);

/** Bodies as the routes want them, and nearly so. */
const fitting: fc.Arbitrary<string> = fc.oneof(
  fc.record({ name: anyText, id: fc.constantFrom('s0', 's1', 's2', 's3') }).map((body) => JSON.stringify(body)),
  fc.record({ name: anyText, enabled: fc.boolean() }).map((body) => JSON.stringify(body)),
  fc.record({ name: wildJson, id: anyJson, writeKey: anyJson }, { requiredKeys: [] }).map(assembled),
  fc.record({ version: fc.oneof(fc.integer().map(String), wildJson) }).map(assembled),
  fc.record({ force: fc.oneof(fc.constant('false'), wildJson) }).map(assembled),
  fc.record({ event: wildJson }).map(assembled),
  fc
    .record({ segments: fc.array(anyText, { maxLength: 3 }), traits: fc.array(anyText, { maxLength: 3 }) })
    .map((body) => JSON.stringify(body)),
  fc.record({ id: anyJson, trigger: wildJson, nodes: wildJson, edges: wildJson }, { requiredKeys: [] }).map(assembled),
  fc.constantFrom('{}', '{"id":"f0","trigger":{"events":["track"],"names":["never"]},"nodes":{},"edges":[]}'),
);

function assembled(fields: { [name: string]: string | undefined }): string {
  const pairs = Object.entries(fields).filter(([, text]) => text !== undefined);
  return `{${pairs.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** Percent encoding that takes halves of surrogate pairs, too. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Requests to these routes and to some that there are not. */
export function anyManagement(routes: readonly Known[]): fc.Arbitrary<Management> {
  const route = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...routes) },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'),
        route: fc.constantFrom(
          '/api',
          '/api/',
          '/api/nothing',
          '/api//sources',
          '/api/Sources',
          '/api/flows/{id}',
          '/v1/profile',
          '/metrics',
          '/docs',
          '/health/ready',
        ),
      }),
    },
  );
  const param = fc.oneof(
    { weight: 3, arbitrary: fc.nat().map((known) => ({ known })) },
    { weight: 2, arbitrary: anyText.map((text) => ({ text: encode(text) })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('%', '%ff', '%00', '%c0%80', '..', '%2e%2e%2f', 'a'.repeat(3_000))
        .map((text) => ({ text })),
    },
  );
  return route.chain(({ method, route: path }) =>
    fc.record({
      method: fc.constant(method),
      route: fc.constant(path),
      params: fc.tuple(param, param).map((both) => [...both]),
      query,
      authorization: fc.oneof(
        { weight: 14, arbitrary: fc.constant<string | undefined>(`Bearer ${TOKEN}`) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            undefined,
            '',
            'Bearer',
            'Bearer x',
            'bearer \t x',
            'Basic Og==',
            `Bearer ${'x'.repeat(4_000)}`,
          ),
        },
      ),
      contentType: fc.oneof(
        { weight: 8, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('text/html', '', 'application/json; charset=latin1', 'multipart/form-data'),
        },
      ),
      body:
        method === 'GET' || method === 'HEAD'
          ? fc.constant(undefined)
          : fc.oneof(
              { weight: 4, arbitrary: fitting.map((text) => ({ body: Buffer.from(text), encoding: undefined })) },
              { weight: 1, arbitrary: anyBody },
            ),
    }),
  );
}
