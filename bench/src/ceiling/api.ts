import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { RowLane } from './lanes.js';
import type { RowQueue } from './queues.js';
import type { Row } from './rows.js';

interface Call {
  messageId: string;
  anonymousId: string;
}

/** The way in without logic: parses, gives each event an id, and puts it into the queue of its partition. */
export async function startApi(queue: RowQueue): Promise<string> {
  const lanes = Array.from({ length: queue.partitions }, (_, n) => new RowLane(queue, n));
  const server = createServer((request, response) => {
    take(request, lanes).then(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}'),
      (error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function take(request: IncomingMessage, lanes: RowLane[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as { batch?: Call[] } & Call;
  const receivedAt = new Date().toISOString();
  const parts = new Map<number, Row[]>();
  for (const call of body.batch ?? [body]) {
    const id = uuidv7();
    const partition = Number(call.anonymousId.slice(-8)) % lanes.length;
    const doc = JSON.stringify({ id, ...call, source: 'bench', receivedAt, session: id, sequence: 1 });
    const row: Row = [`bench:${call.messageId}`, call.anonymousId, id, doc];
    const rows = parts.get(partition);
    if (rows) rows.push(row);
    else parts.set(partition, [row]);
  }
  await Promise.all(
    [...parts].map(([partition, rows]) => (lanes[partition] as RowLane).add(rows, body.batch !== undefined)),
  );
}
