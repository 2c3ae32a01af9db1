import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { HttpError } from './errors.js';

/** Beyond this many times the limit we no longer listen politely to the end, but hang up. */
const PATIENCE = 16;

/**
 * Reads the body of a request as UTF-8 text, inflated when it is compressed. `limit` bounds the bytes that come as
 * well as the bytes after inflation: inflating stops there, so a small bomb stays small.
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<{ text: string; bytes: number }> {
  checkType(req.headers['content-type']);
  const raw = await readRaw(req, limit);
  const encoding = req.headers['content-encoding'];
  const body = encoding === undefined || encoding === 'identity' ? raw : await inflated(raw, encoding, limit);
  if (!isUtf8(body)) throw new HttpError(400, 'BAD_ENCODING', 'The body is not UTF-8 text. Send JSON as UTF-8.');
  return { text: body.toString('utf8', startsWithBom(body) ? 3 : 0), bytes: body.length };
}

/**
 * text/plain is what a browser may send across origins without a preflight; curl -d says
 * x-www-form-urlencoded when nobody names a type. The body is JSON whatever its name.
 */
const TYPES = /^\s*(application\/([a-z0-9.+-]+\+)?json|text\/plain|application\/x-www-form-urlencoded)\s*(;|$)/i;

function checkType(type: string | undefined): void {
  if (type === undefined || type === 'application/json' || type === '' || TYPES.test(type)) return;
  throw new HttpError(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'The content type is not one that is taken here. Send JSON as application/json or text/plain.',
  );
}

function readRaw(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      // A client that is still sending would see a broken pipe instead of the answer: what is too much is read and dropped.
      else if (bytes > limit * PATIENCE) reject(tooLarge(limit, { Connection: 'close' }));
    });
    req.on('end', () => {
      if (bytes > limit) reject(tooLarge(limit));
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes));
    });
    req.on('close', () => {
      if (!req.complete)
        reject(new HttpError(400, 'INCOMPLETE', 'The connection was closed before the body was complete.'));
    });
    req.on('error', () => {});
  });
}

/**
 * Each chunk is a turn of the event loop. Of zlib's 16 KB ones a large body needs 32, and while batches are written a
 * turn may take a quarter of a second.
 */
const CHUNK = 128 * 1024;

type Unzip = (
  data: Buffer,
  options: { maxOutputLength: number; chunkSize: number },
  done: (error: NodeJS.ErrnoException | null, body: Buffer) => void,
) => void;

function inflaterFor(encoding: string, raw: Buffer): Unzip | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzip;
    case 'br':
      return brotliDecompress;
    case 'deflate':
      // Some clients mean zlib's form by "deflate" and some the bare stream; zlib's begins with method 8.
      return ((raw[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw;
    default:
      return undefined;
  }
}

function inflated(raw: Buffer, encoding: string, limit: number): Promise<Buffer> {
  const unzip = inflaterFor(encoding, raw);
  if (!unzip) {
    throw new HttpError(
      415,
      'UNSUPPORTED_ENCODING',
      'The content encoding is not known. Use gzip, deflate, br or none.',
      {
        headers: { 'Accept-Encoding': 'gzip, deflate, br' },
      },
    );
  }
  return new Promise((resolve, reject) => {
    unzip(raw, { maxOutputLength: limit, chunkSize: CHUNK }, (error, body) => {
      if (!error) resolve(body);
      else if (error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(limit));
      else
        reject(
          new HttpError(
            400,
            'BAD_ENCODING',
            'The body does not inflate. It is damaged, or not what Content-Encoding says.',
          ),
        );
    });
  });
}

function tooLarge(limit: number, headers: { [name: string]: string } = {}): HttpError {
  return new HttpError(
    413,
    'BODY_TOO_LARGE',
    `The body is larger than ${limit / 1024} KB (after inflation, if it is compressed). Send it in parts.`,
    { headers },
  );
}

function startsWithBom(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}
