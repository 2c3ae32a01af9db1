import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { percentile } from '../machine/numbers.js';
import { Bodies, deviceOf, generator } from './bodies.js';
import { Connection } from './connection.js';
import type { LoadOptions, LoadOrder, LoadResult } from './orders.js';

/** A refused request is sent again after so many milliseconds. */
const AGAIN = 20;

/** Sends what an order says over its connections. */
export class Generator {
  readonly #connections: Connection[];
  readonly #next: () => Dispatcher.DispatchOptions;
  readonly #size: number;

  constructor({ url, connections, send }: LoadOptions) {
    this.#connections = Array.from({ length: connections }, () => new Connection(url));
    this.#size = send.kind === 'events' ? send.size : 1;
    this.#next = send.kind === 'events' ? events(send) : profiles(send.people);
  }

  async run(order: LoadOrder): Promise<LoadResult> {
    const tally: Tally = { requests: 0, refused: 0, latencies: [] };
    const cpu = process.cpuUsage();
    const begun = performance.now();
    if (order.kind === 'rate') await this.#open(order, tally);
    else await this.#closed(order, tally);
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      requests: tally.requests,
      events: tally.requests * this.#size,
      refused: tally.refused,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      p50: percentile(tally.latencies, 0.5),
      p99: percentile(tally.latencies, 0.99),
      max: percentile(tally.latencies, 1),
    };
  }

  async #closed(order: Exclude<LoadOrder, { kind: 'rate' }>, tally: Tally): Promise<void> {
    const end = order.kind === 'for' ? performance.now() + order.seconds * 1_000 : Number.POSITIVE_INFINITY;
    let left = order.kind === 'until' ? order.requests : Number.POSITIVE_INFINITY;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (left-- > 0 && performance.now() < end) await once(connection, this.#next(), performance.now(), tally);
      }),
    );
  }

  /** Requests are due at even distances; one that finds no free connection waits for it. */
  async #open({ perSecond, seconds }: Extract<LoadOrder, { kind: 'rate' }>, tally: Tally): Promise<void> {
    const begun = performance.now();
    const total = Math.round(perSecond * seconds);
    let sent = 0;
    const dueAt = (n: number) => begun + (n * 1_000) / perSecond;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (sent < total) {
          const due = dueAt(sent++);
          const wait = due - performance.now();
          if (wait > 0) await sleep(wait);
          await once(connection, this.#next(), due, tally);
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

interface Tally {
  requests: number;
  refused: number;
  latencies: number[];
}

async function once(
  connection: Connection,
  options: Dispatcher.DispatchOptions,
  due: number,
  tally: Tally,
): Promise<void> {
  while (!(await connection.send(options))) {
    tally.refused++;
    if (tally.refused > 10_000) throw new Error('The program under measurement refuses too much: look at its log.');
    await sleep(AGAIN);
  }
  tally.requests++;
  tally.latencies.push(performance.now() - due);
}

function events(options: Extract<LoadOptions['send'], { kind: 'events' }>): () => Dispatcher.DispatchOptions {
  const bodies = new Bodies(options);
  const path = options.size === 1 ? '/v1/track' : '/v1/batch';
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from('bench:').toString('base64')}`,
  };
  return () => ({ path, method: 'POST', headers, body: bodies.next() });
}

function profiles(people: number): () => Dispatcher.DispatchOptions {
  const random = generator(11);
  return () => {
    const device = deviceOf(Math.floor(people * random() ** 3));
    return { path: `/v1/profile?writeKey=bench&anonymousId=${device}`, method: 'GET' };
  };
}
