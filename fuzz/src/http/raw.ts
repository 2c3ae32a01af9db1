import { connect } from 'node:net';
import { NoAnswer } from './client.js';

/** The first answer on a connection, or only that it was closed. */
export interface RawAnswer {
  status: number | undefined;
  head: string;
  body: string;
  ms: number;
}

/**
 * Writes bytes as they are, says that no more will come, and reads until the other side closes. A server that neither
 * answers nor closes then is a NoAnswer.
 */
export function sendRaw(port: number, parts: readonly Buffer[], patience: number): Promise<RawAnswer> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => {
      reject(new NoAnswer(`neither answered nor closed within ${patience} ms`));
      socket.destroy();
    }, patience);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The server may hang up while we still write: what it said before counts.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(parse(Buffer.concat(chunks).toString('latin1'), performance.now() - begun));
    });
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
      socket.end();
    });
  });
}

function parse(all: string, ms: number): RawAnswer {
  // 100 Continue is no answer yet.
  const text = all.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '');
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
  const head = end < 0 ? text : text.slice(0, end);
  const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1] ?? 0);
  return {
    status: status === undefined ? undefined : Number(status),
    head,
    body: end < 0 ? '' : text.slice(end + 4, end + 4 + length),
    ms,
  };
}
