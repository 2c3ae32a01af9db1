import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlFile, Death } from '../preload/control.js';
import type { Random } from '../workload/random.js';

/** Only a batch that died several times in a row comes by: just then nobody dies elsewhere. */
const RARE = new Set(['careful:after-note']);

export interface HunterOptions {
  control: ControlFile;
  points: readonly string[];
  /** Whether it must be met: it is waited for, then. */
  required(point: string): boolean;
  random: Random;
  /** So long others may die as well after one has: the more at a time, the sooner all points are met. */
  togetherMs: number;
  /**
   * Resolves when what a dead process had in work was done by another: nobody dies before. A batch that killed its
   * worker several times in a row is taken for poisonous.
   */
  recovered(): Promise<void>;
  onDeath(death: Death): void;
}

/** Lets processes die at every crash point, one after the other, and round again for as long as it is let. */
export class Hunter {
  /** Deaths by point. */
  readonly deaths: Map<string, number>;
  #stopped = false;
  #cycle = 0;
  #recovering = false;
  #loop: Promise<void> | undefined;
  readonly #known = new Set<string>();

  constructor(private readonly options: HunterOptions) {
    this.deaths = new Map(options.points.map((point) => [point, 0]));
  }

  get missing(): string[] {
    return [...this.deaths].flatMap(([point, n]) => (n === 0 && this.options.required(point) ? [point] : []));
  }

  get total(): number {
    return this.#known.size;
  }

  /** Resolves when somebody may die again, or after `ms`. */
  async armed(ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    while (this.#recovering && !this.#stopped && Date.now() < deadline) await sleep(25);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    this.options.control.arm({});
    this.#count();
  }

  async #run(): Promise<void> {
    while (!this.#stopped && this.deaths.size > 0) {
      const left = new Set(this.deaths.keys());
      const armed = (fits = (_point: string) => true) =>
        Object.fromEntries(
          [...left]
            .filter(fits)
            .map((point) => [point, { id: `${this.#cycle}-${point.replace(':', '.')}`, visit: visit() }]),
        );
      // The first time round at the first visit: what is rare must not be missed.
      const visit = () => (this.#cycle === 0 ? 1 : 1 + this.options.random.below(4));
      this.options.control.arm(armed());
      while (left.size > 0 && !this.#stopped) {
        await sleep(25);
        const died = this.#count();
        if (died.length === 0) continue;
        await sleep(this.options.togetherMs);
        this.#recovering = true;
        this.options.control.arm(armed((point) => RARE.has(point)));
        await this.options.recovered();
        for (const { point } of [...died, ...this.#count()]) left.delete(point);
        if (!this.#stopped) this.options.control.arm(armed());
        this.#recovering = false;
      }
      this.#cycle++;
    }
  }

  /** Those who died since the last look. */
  #count(): Death[] {
    const died = this.options.control.deaths().filter(({ id }) => !this.#known.has(id));
    for (const death of died) {
      this.#known.add(death.id);
      this.deaths.set(death.point, (this.deaths.get(death.point) ?? 0) + 1);
      this.options.onDeath(death);
    }
    return died;
  }
}
