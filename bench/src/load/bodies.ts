/** What the requests of a measurement are made of. */
export interface BodyOptions {
  /** Events in a request: 1 is a single call, more is a batch. */
  size: number;
  /** Tells the messages of one round from those of another; at most 12 letters and digits. */
  run: string;
  people: number;
  /** `skewed`: few people have most events. `even`: all have as many. */
  spread: 'skewed' | 'even';
  /** The name of the event. */
  event: string;
  /** Different bodies that are gone round through. */
  pool: number;
}

/** A request body, and where in it the numbers of its messages stand. */
interface Body {
  bytes: Buffer;
  stamps: number[];
}

/** Bytes of one event, as the figures have it. */
export const EVENT_BYTES = 490;
const DIGITS = 12;

/** The device of a person. Prepared profiles have the same. */
export function deviceOf(person: number): string {
  return `device-${String(person).padStart(8, '0')}`;
}

/**
 * Requests that are made once and given a new message id each time they are sent: the generator shall spend its share
 * of the processors on sending.
 */
export class Bodies {
  readonly #pool: Body[];
  #next = 0;
  #message = 0;

  constructor(options: BodyOptions) {
    const random = generator(7);
    const person = () => {
      const r = random();
      return Math.floor(options.people * (options.spread === 'skewed' ? r ** 3 : r));
    };
    this.#pool = Array.from({ length: options.pool }, () => bodyOf(options, person));
  }

  /** The next body, under new message ids. It may be sent until the pool has gone round once. */
  next(): Buffer {
    const { bytes, stamps } = this.#pool[this.#next] as Body;
    this.#next = (this.#next + 1) % this.#pool.length;
    for (const at of stamps) stamp(bytes, at, this.#message++);
    return bytes;
  }
}

function bodyOf({ size, run, event }: BodyOptions, person: () => number): Body {
  const name = run.padEnd(12, '-').slice(0, 12);
  const mark = `"messageId":"${name}-`;
  const one = () => {
    const fields = {
      type: 'track',
      event,
      messageId: `${name}-${'0'.repeat(DIGITS)}`,
      anonymousId: deviceOf(person()),
      timestamp: new Date().toISOString(),
      properties: { product: 'p-48213', category: 'shoes', price: 79.9, currency: 'EUR', position: 3, note: '' },
      context: {
        page: { url: 'https://shop.example/shoes/p-48213', referrer: 'https://shop.example/', title: 'Shoes' },
        locale: 'de-DE',
      },
    };
    fields.properties.note = 'x'.repeat(Math.max(0, EVENT_BYTES - Buffer.byteLength(JSON.stringify(fields))));
    return JSON.stringify(fields);
  };
  const events = Array.from({ length: size }, one);
  const text = size === 1 ? (events[0] as string) : `{"batch":[${events.join(',')}]}`;
  const bytes = Buffer.from(text);
  const stamps: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) stamps.push(at + mark.length);
  return { bytes, stamps };
}

function stamp(bytes: Buffer, at: number, n: number): void {
  let rest = n;
  for (let i = at + DIGITS - 1; i >= at; i--) {
    bytes[i] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Mulberry32: the same people in every round. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
