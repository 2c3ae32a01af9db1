import { createServer, connect as dial, type Socket } from 'node:net';

/** When a connection is cut: before the server gets the command, or after it, before the client gets the answer. */
export type CutMoment = 'before' | 'after';

export interface CuttingProxy {
  /** The url of the server, through the proxy. */
  url: string;
  /** Names of the commands that went through, in order, without those of the driver itself. */
  commands: string[];
  /** Cuts the connection at the nth command from now (0 is the next one). */
  cutAt(n: number, moment: CutMoment): void;
  /** While it is down it refuses every connection. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

/** What the driver says of its own accord. */
const OWN = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'buildInfo']);

/** A proxy before a MongoDB server that cuts connections in the middle of a chosen command. */
export async function startCuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  let cut: { at: number; moment: CutMoment } | undefined;
  let down = false;

  const server = createServer((client) => {
    if (down) return void client.destroy();
    const upstream = dial(Number(target.port || 27017), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let dropAnswer = false;
    upstream.on('data', (data) => (dropAnswer ? client.destroy() : client.write(data)));
    client.on(
      'data',
      messages((message) => {
        const name = commandOf(message);
        if (OWN.has(name)) return void upstream.write(message);
        commands.push(name);
        const moment = cut && commands.length - 1 === cut.at ? cut.moment : undefined;
        if (moment === 'before') return void client.destroy();
        dropAnswer = moment === 'after';
        upstream.write(message);
      }),
    );
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  through.searchParams.set('directConnection', 'true');

  return {
    url: through.href,
    commands,
    cutAt: (n, moment) => {
      cut = { at: commands.length + n, moment };
    },
    setDown: (now) => {
      down = now;
      if (down) for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Cuts a stream into messages of the wire protocol: each begins with its length. */
function messages(each: (message: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      each(message);
    }
  };
}

/** The first name in the body of an OP_MSG (header 16, flags 4, kind 1, length 4, type 1); others are handshakes. */
function commandOf(message: Buffer): string {
  if (message.readInt32LE(12) !== 2013) return 'hello';
  return message.toString('utf8', 26, message.indexOf(0, 26));
}
