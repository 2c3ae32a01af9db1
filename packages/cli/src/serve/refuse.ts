import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

interface Refusal {
  status: string;
  code: string;
  message: string;
}

const REFUSALS: { [code: string]: Refusal } = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'HEADERS_TOO_LARGE',
    message: 'The address and the headers are larger than 16 KB together. Send less in them.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Payload Too Large',
    code: 'BODY_TOO_LARGE',
    message: 'The chunk extensions of the body are too large. Send it without them.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'REQUEST_TIMEOUT',
    message: 'The request was not complete in time. Send it again, faster.',
  },
};
const BAD: Refusal = {
  status: '400 Bad Request',
  code: 'BAD_REQUEST',
  message: 'This is no HTTP request that can be read. Look at its first line, its headers and its framing.',
};
const EXPECTATION: Refusal = {
  status: '417 Expectation Failed',
  code: 'EXPECTATION_FAILED',
  message: 'The header Expect asks for something else than 100-continue. Leave it out.',
};

/** Requests that Node refuses before any handler sees them are told the reason too, in the form of every refusal. */
export function refuseBadRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, ...told } = REFUSALS[error.code ?? ''] ?? BAD;
    const body = bodyOf(told);
    const head = [`HTTP/1.1 ${status}`, 'Connection: close', TYPE.join(': '), `Content-Length: ${body.length}`];
    // An answer to HEAD ends with its head.
    const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ';
    socket.end(`${head.join('\r\n')}\r\n\r\n${isHead ? '' : body}`);
  });
  server.on('checkExpectation', (_req, res) => {
    const { status, ...told } = EXPECTATION;
    const body = bodyOf(told);
    res.writeHead(Number.parseInt(status, 10), { [TYPE[0]]: TYPE[1], 'Content-Length': body.length }).end(body);
  });
}

const TYPE = ['Content-Type', 'application/json; charset=utf-8'] as const;

/** ASCII alone: characters are bytes. */
function bodyOf(error: Omit<Refusal, 'status'>): string {
  return JSON.stringify({ error });
}
