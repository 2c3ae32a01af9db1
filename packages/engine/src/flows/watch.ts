import type { PipelineContext } from '../pipeline/context.js';
import type { FlowCatalog } from './catalog.js';
import type { LiveFlows } from './live.js';

/** Milliseconds between two looks: a published version is taken within about a second. */
const EVERY = 1_000;

/** Keeps the live flows of this process fresh, without a restart. */
export class LiveFlowsWatch {
  #live: LiveFlows | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly catalog: FlowCatalog,
    private readonly onError: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    await this.refresh();
    clearTimeout(this.#timer);
    this.#schedule();
  }

  /** Looks now: what this process itself has published need not wait. */
  async refresh(): Promise<void> {
    this.#live = await this.catalog.refresh();
  }

  /** One look after the other: a slow store is not asked twice at a time. */
  #schedule(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.refresh();
      } catch (error) {
        this.onError(error);
      }
      if (this.#timer) this.#schedule();
    }, EVERY);
    this.#timer.unref();
  }

  live(): LiveFlows {
    if (!this.#live) throw new Error('The flows were not read yet: start the worker role first.');
    return this.#live;
  }

  version(flow: string, version: number): ReturnType<PipelineContext['flows']['version']> {
    return this.catalog.getVersion(flow, version);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
