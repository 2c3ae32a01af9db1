import { Client, type Dispatcher } from 'undici';

/** One connection, kept alive, with one request at a time. */
export class Connection {
  readonly #client: Client;
  #status = 0;
  #done: (ok: boolean) => void = () => undefined;
  readonly #handler: Dispatcher.DispatchHandler;

  constructor(url: string) {
    this.#client = new Client(url, { pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
    // One handler for all requests: there is never more than one under way.
    this.#handler = {
      onRequestStart: () => undefined,
      onResponseStart: (_, status) => {
        this.#status = status;
      },
      onResponseData: () => undefined,
      onResponseEnd: () => this.#done(this.#status === 200),
      onResponseError: () => this.#done(false),
    };
  }

  /** Sends one request; true when it was answered with success. */
  send(options: Dispatcher.DispatchOptions): Promise<boolean> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#client.dispatch(options, this.#handler);
    });
  }

  close(): Promise<void> {
    return this.#client.destroy();
  }
}
