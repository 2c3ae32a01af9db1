import type { Json } from '@tributary/sdk';
import { newUuid } from '../events/ids.js';
import type { Health, Role } from '../port.js';
import type { RecordStore } from '../storage/port.js';

const KIND = 'heartbeat';
/** Milliseconds between two beats of a process, and after how many without one it is forgotten. */
const EVERY = 5_000;
const FORGOTTEN = 60_000;

interface Beat {
  v: 1;
  roles: Role[];
  at: number;
}

/** Seconds without a word after which a process counts as gone: two beats may be lost, or be late. */
export const LIVING = 20;

/** Whether a process has said something lately. */
export const isLiving = ({ secondsAgo }: Health['workers'][number]): boolean => secondsAgo < LIVING;

/** Each process says now and then that it lives, so that the others can say who does. */
export class Heartbeats {
  readonly #id = newUuid();
  #rev = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly records: RecordStore,
    private readonly onError: (error: unknown) => void,
  ) {}

  async start(roles: readonly Role[]): Promise<void> {
    await this.#beat(roles);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#beat(roles).catch(this.onError), EVERY);
    this.#timer.unref();
  }

  async #beat(roles: readonly Role[]): Promise<void> {
    const beat: Beat = { v: 1, roles: [...roles], at: Date.now() };
    const put = () => this.records.putRecord(KIND, this.#id, this.#rev + 1, beat as unknown as Json);
    if (!(await put())) {
      // One before was taken without an answer, or was forgotten meanwhile.
      this.#rev = (await this.records.getRecord(KIND, this.#id))?.rev ?? 0;
      if (!(await put())) return;
    }
    this.#rev++;
  }

  async list(): Promise<Health['workers']> {
    const beats = await this.records.listRecords(KIND);
    const ages: Health['workers'] = [];
    for (const { id, body } of beats) {
      const beat = body as unknown as Beat;
      const age = Date.now() - beat.at;
      if (age < FORGOTTEN) ages.push({ id, roles: beat.roles, secondsAgo: Math.max(0, Math.round(age / 1000)) });
    }
    return ages;
  }

  /** Forgets processes that have not said anything for long. */
  async clean(): Promise<void> {
    for (const { id, body } of await this.records.listRecords(KIND)) {
      if (Date.now() - (body as unknown as Beat).at > 10 * FORGOTTEN) await this.records.deleteRecord(KIND, id);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#rev > 0) await this.records.deleteRecord(KIND, this.#id);
  }
}
