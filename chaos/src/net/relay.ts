import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** Between the program and a server: it can cut connections, refuse new ones, and slow down what passes. */
export class Relay {
  readonly #pairs = new Set<[Socket, Socket]>();
  #delay = 0;
  #closed = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (near) => this.#open(near));
  }

  /** Listens on a port of its own, and passes on to `target`. */
  static async start(target: number): Promise<Relay> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    return new Relay(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection at once; what was on its way is lost. Gives their number. */
  cut(): number {
    const { size } = this.#pairs;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
    return size;
  }

  /** While it is shut, nobody gets through. */
  shut(shut: boolean): void {
    this.#closed = shut;
    if (shut) this.cut();
  }

  /** Everything that passes takes so many milliseconds, each way. */
  slow(ms: number): void {
    this.#delay = ms;
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #open(near: Socket): void {
    near.on('error', () => undefined);
    if (this.#closed) return void near.resetAndDestroy();
    const far = connect({ port: this.target, host: '127.0.0.1' });
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    pipeline(near, this.#slowly(), far, end);
    pipeline(far, this.#slowly(), near, end);
  }

  /** Passes on what comes, in its order, each piece after the delay of its time. */
  #slowly(): Transform {
    return new Transform({
      transform: (chunk, _encoding, done) => {
        if (this.#delay > 0) setTimeout(() => done(null, chunk), this.#delay);
        else done(null, chunk);
      },
    });
  }
}
