import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { WRITE_KEY } from '../server/program.js';
import { anyObject, brokenJson, wildJson } from './json.js';
import { anyText } from './text.js';

export interface Packed {
  body: Buffer;
  encoding: string | undefined;
}

const zeros = Buffer.alloc(16 * 1024 * 1024);
const BOMBS: Packed[] = [
  { body: gzipSync(zeros), encoding: 'gzip' },
  { body: gzipSync(gzipSync(zeros)), encoding: 'gzip' },
  { body: deflateSync(zeros), encoding: 'deflate' },
  { body: deflateRawSync(zeros), encoding: 'deflate' },
  { body: brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }), encoding: 'br' },
  { body: Buffer.alloc(501 * 1024, '['), encoding: undefined },
  { body: Buffer.concat(Array.from({ length: 200 }, () => gzipSync('{}'))), encoding: 'gzip' },
];

const PACKERS: { [encoding: string]: (raw: Buffer) => Buffer } = {
  gzip: (raw) => gzipSync(raw, { level: 1 }),
  'x-gzip': (raw) => gzipSync(raw, { level: 1 }),
  GZIP: (raw) => gzipSync(raw, { level: 1 }),
  deflate: (raw) => deflateSync(raw, { level: 1 }),
  br: (raw) => brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
};

const withKey = fc
  .tuple(anyObject, fc.oneof(fc.constant(JSON.stringify(WRITE_KEY)), wildJson))
  .map(([text, key]) => (text === '{}' ? `{"writeKey":${key}}` : `{"writeKey":${key},${text.slice(1)}`));

const batch = fc
  .array(fc.oneof(anyObject, wildJson), { maxLength: 8 })
  .map((calls) => `{"writeKey":"${WRITE_KEY}","batch":[${calls.join(',')}]}`);

const wideBatch = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.integer({ min: 2_400, max: 2_600 }) }),
    fc.constantFrom('1', '{}', 'null', '{"type":"track"}'),
  )
  .map(([n, call]) => `{"writeKey":"${WRITE_KEY}","batch":[${Array(n).fill(call).join(',')}]}`);

const text: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 5, arbitrary: withKey },
    { weight: 4, arbitrary: batch },
    { weight: 3, arbitrary: wildJson },
    { weight: 4, arbitrary: brokenJson },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: wideBatch },
  )
  .map((body) => Buffer.from(body));

/** Bytes: of JSON, of JSON with some of them changed, or any. Lone surrogates as CESU bytes come by the changes. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(text, fc.nat(), fc.constantFrom('eda080', 'edbfbf', 'ff', 'c080', 'f8888080', '00', 'efbbbf', '80'))
      .map(([body, at, bytes]) => {
        const place = at % (body.length + 1);
        return Buffer.concat([body.subarray(0, place), Buffer.from(bytes, 'hex'), body.subarray(place)]);
      }),
  },
);

const packed: fc.Arbitrary<Packed> = fc
  .tuple(anyBytes, fc.constantFrom(...Object.keys(PACKERS)))
  .map(([raw, encoding]) => ({ body: (PACKERS[encoding] as (raw: Buffer) => Buffer)(raw), encoding }));

const cut: fc.Arbitrary<Packed> = fc.tuple(packed, fc.nat(), fc.nat(255)).map(([{ body, encoding }, at, byte]) => ({
  encoding,
  body:
    at % 2 === 0
      ? body.subarray(0, at % (body.length + 1))
      : Buffer.concat([
          body.subarray(0, at % (body.length + 1)),
          Buffer.from([byte]),
          body.subarray(at % (body.length + 1)),
        ]),
}));

/** A body as it is sent: plain, compressed, cut off, damaged, named wrongly, or a bomb. */
export const anyBody: fc.Arbitrary<Packed> = fc.oneof(
  { weight: 12, arbitrary: anyBytes.map((body) => ({ body, encoding: undefined })) },
  { weight: 6, arbitrary: packed },
  { weight: 4, arbitrary: cut },
  {
    weight: 2,
    arbitrary: fc.record({
      body: anyBytes,
      encoding: fc.constantFrom(
        'gzip',
        'br',
        'deflate',
        'zstd',
        'identity',
        'gzip, gzip',
        '',
        'constructor',
        '__proto__',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...BOMBS) },
);
