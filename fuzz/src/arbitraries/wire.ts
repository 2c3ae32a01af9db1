import fc from 'fast-check';
import { TOKEN, WRITE_KEY } from '../server/program.js';
import { anyBytes } from './bodies.js';
import { anyText } from './text.js';

/** A request as bytes on the wire, right or wrong in any part. */
export interface Wire {
  method: string;
  target: string;
  version: string;
  headers: [string, string][];
  body: Buffer;
  framing: 'length' | 'chunked' | 'none' | { length: string } | { chunks: string };
  /** What follows on the same connection. */
  trailing: Buffer;
}

const basic = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;
const visible = anyText.map((text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, '~').slice(0, 200));

const target = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('/v1/track', '/v1/batch', '/v1/identify/', '/v1/page?x=%', '/v1/profile?writeKey=x'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('/api/sources', '/api/flows/%', '/t.js', '/docs/', '/', '/health/live', '/metrics'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '*',
      '//',
      '/v1//track',
      '/V1/TRACK',
      '/v1/track/../batch',
      'http://evil.example/v1/track',
      '/%',
      '/%00',
      '/\\',
      '/docs/../../package.json',
      '/docs/%2e%2e/%2e%2e/package.json',
      `/${'a'.repeat(20_000)}`,
      '?',
    ),
  },
  { weight: 1, arbitrary: visible.map((text) => `/${text.replaceAll(' ', '+')}`) },
);

const header: fc.Arbitrary<[string, string]> = fc.oneof(
  fc.tuple(
    fc.constant('Content-Type'),
    fc.constantFrom(
      'application/json',
      'text/plain',
      'application/json;charset=utf-16',
      'text/html',
      '',
      ';',
      'a/b, c/d',
      'application/cloudevents+json',
    ),
  ),
  fc.tuple(
    fc.constant('Content-Encoding'),
    fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'zstd', '', 'gzip,br', '__proto__'),
  ),
  fc.tuple(
    fc.constant('Authorization'),
    fc.oneof(
      fc.constantFrom(
        'Basic',
        'Basic ',
        'Basic ====',
        'basic Og==',
        `Bearer ${TOKEN}`,
        `Basic ${'QUFB'.repeat(2_000)}`,
      ),
      anyText.map((key) => `Basic ${Buffer.from(key).toString('base64').slice(0, 4_000)}`),
    ),
  ),
  fc.tuple(fc.constant('Expect'), fc.constantFrom('100-continue', 'something', '')),
  fc.tuple(fc.constant('Connection'), fc.constantFrom('close', 'keep-alive', 'upgrade', 'x')),
  fc.tuple(fc.constant('Upgrade'), fc.constantFrom('websocket', 'h2c')),
  fc.tuple(fc.constant('Host'), fc.constantFrom('', 'evil.example', 'a b', '127.0.0.1:x')),
  fc.tuple(fc.constant('Origin'), fc.constantFrom('https://shop.example', 'null', '*', 'x\x80y')),
  fc.tuple(
    fc.constant('User-Agent'),
    fc.oneof(
      visible,
      fc.integer({ min: 1, max: 12_000 }).map((n) => 'u'.repeat(n)),
    ),
  ),
  fc.tuple(
    fc.constant('traceparent'),
    fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0', ''),
  ),
  fc.tuple(
    fc.constantFrom('__proto__', 'constructor', 'X-A', 'X B', '', 'Transfer-Encoding', 'Content-Length', 'TE'),
    visible,
  ),
);

export const anyWire: fc.Arbitrary<Wire> = fc.record({
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant('POST') },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'GET',
        'PUT',
        'OPTIONS',
        'HEAD',
        'DELETE',
        'TRACE',
        'CONNECT',
        'post',
        'BREW',
        '',
        'GE\0T',
        'PRI',
      ),
    },
  ),
  target,
  version: fc.oneof(
    { weight: 12, arbitrary: fc.constant('HTTP/1.1') },
    { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', '', 'HTTP/1.1 x') },
  ),
  headers: fc
    .tuple(fc.constantFrom<[string, string][]>([['Authorization', basic]], []), fc.array(header, { maxLength: 5 }))
    .map(([some, more]) => [...some, ...more]),
  body: anyBytes,
  framing: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<'length' | 'chunked' | 'none'>('length', 'length', 'chunked', 'none') },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('0', '1', '-1', '1e3', '99999999999999999999', '+5', '0x5', '5,5', '')
        .map((length) => ({ length })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('zz\r\n', '5\r\nab', '-1\r\n', 'ffffffffffffffff\r\n', '0\r\n', '1;a=b\r\n{\r\n', '\r\n')
        .map((chunks) => ({ chunks })),
    },
  ),
  trailing: fc.oneof(
    { weight: 8, arbitrary: fc.constant(Buffer.alloc(0)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '\0'.repeat(50))
        .map((text) => Buffer.from(text)),
    },
  ),
});

/** The bytes, in the parts in which they are written. */
export function bytesOf({ method, target: to, version, headers, body, framing, trailing }: Wire): Buffer[] {
  const lines = [`${method} ${to} ${version}`];
  if (!headers.some(([name]) => name === 'Host')) lines.push('Host: 127.0.0.1');
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const parts: Buffer[] = [];
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  else if (framing !== 'none' && framing !== 'chunked' && 'length' in framing)
    lines.push(`Content-Length: ${framing.length}`);
  else if (framing !== 'none') lines.push('Transfer-Encoding: chunked');
  parts.push(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (framing === 'chunked') {
    const half = body.length >> 1;
    for (const chunk of [body.subarray(0, half), body.subarray(half)]) {
      if (chunk.length > 0) parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
    }
    parts.push(Buffer.from('0\r\n\r\n'));
  } else if (typeof framing === 'object' && 'chunks' in framing) parts.push(Buffer.from(framing.chunks));
  else if (framing !== 'none') parts.push(body);
  if (trailing.length > 0) parts.push(trailing);
  return parts;
}
