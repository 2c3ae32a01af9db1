import { setMaxListeners } from 'node:events';
import { v7 as uuidv7 } from 'uuid';
import type { Lanes } from '../collect/lanes.js';
import type { Resume } from '../events/batch.js';
import { closeRun } from '../flows/index.js';
import type { OutboxDelivery, OutboxEmit } from '../flows/run.js';
import type { PipelineContext } from '../pipeline/context.js';
import { storedRun } from '../pipeline/runs.js';
import type { DeliveryChange, DeliveryRow, DeliveryStore } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { NO_TELEMETRY, type Telemetry } from '../telemetry/telemetry.js';
import { inSpan, type Note } from '../telemetry/tracing.js';
import { type AttemptOptions, attemptDelivery, refusedDelivery } from './attempt.js';
import { HeldRows } from './held.js';
import { Places, type PlacesOptions } from './places.js';

/** Rows that are in work at a time in this process: most of them wait to be handed back. */
const MOST = 4_000;

export interface DispatcherOptions extends Omit<AttemptOptions, 'stopping'>, PlacesOptions {
  /** Milliseconds between two looks at the rows when nobody says that there is something. */
  pollMs: number;
  /** Milliseconds for which a row is held without word from this process: so long it waits when we die. */
  leaseMs: number;
  /** A version of a flow, for a run that belongs to it. */
  version: PipelineContext['flows']['version'];
  /** Whether the person has consented to what the delivery is for. */
  permitted(row: DeliveryRow): Promise<boolean>;
  onError(error: unknown): void;
  telemetry?: Telemetry;
}

/**
 * Delivery worker. The rows in the store are the truth: it leases what is due, fairly by
 * destination, calls the outside, and hands results to the pipeline. Any number of processes.
 */
export class Dispatcher {
  readonly #stop = new AbortController();
  readonly #places: Places;
  readonly #running = new Set<Promise<void>>();
  #wake: (() => void) | undefined;
  #poked = false;
  #stopping = false;
  #loop: Promise<void> | undefined;

  constructor(
    private readonly store: DeliveryStore,
    private readonly lanes: Lanes,
    private readonly options: DispatcherOptions,
  ) {
    // Each call listens.
    setMaxListeners(0, this.#stop.signal);
    this.#places = new Places(options, () => this.poke());
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do. */
  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  /** Takes nothing new; gives running attempts `patience` ms, then aborts them: they are tried again elsewhere. */
  async stop(patience: number): Promise<void> {
    const late = setTimeout(() => this.#stop.abort(), patience);
    this.#stopping = true;
    this.#wake?.();
    await this.#loop;
    await Promise.all(this.#running);
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#poked = false;
      const more = await this.#round().catch((error) => {
        this.options.onError(error);
        return false;
      });
      if (!more && !this.#poked && !this.#stopping) await this.#sleep();
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Leases and begins what is due; true when there may be more. */
  async #round(): Promise<boolean> {
    const { leaseMs, onError } = this.options;
    const room = this.#places.room();
    if (room === 0 || this.#running.size >= MOST) return false;
    const lease = uuidv7();
    const rows = await this.store.leaseDeliveries({
      now: Date.now(),
      leaseMs,
      lease,
      // Of very many destinations, fewer rows each.
      limit: Math.min(this.#places.half, Math.max(1, Math.floor((MOST - this.#running.size) / room))),
      destinations: room,
      except: this.#places.full(),
    });
    if (rows.length === 0) return false;
    const held = new HeldRows(this.store, rows, { lease, leaseMs, onError });
    for (const row of rows) this.#begin(row, held);
    return true;
  }

  #begin(row: DeliveryRow, held: HeldRows): void {
    const leave = this.#places.take(row.destination);
    const work = this.#one(row, held.lease, leave)
      .catch(this.options.onError)
      .then(() => {
        leave();
        held.letGo(row.id);
        this.#running.delete(work);
        if (this.#running.size === MOST - 1) this.poke();
      });
    this.#running.add(work);
  }

  async #one(row: DeliveryRow, lease: string, leave: () => void): Promise<void> {
    if (row.kind === 'emit') {
      const { event, trace } = row.entry as OutboxEmit;
      crashPoint('emit:leased');
      await this.lanes.add(row.partition, [{ kind: 'emitted', event, profile: row.profile }], {
        trace,
        wait: 'soon',
      });
      crashPoint('emit:enqueued');
      await this.store.settleDelivery(row.id, lease, { status: 'delivered', now: new Date().toISOString() });
    } else if (row.kind === 'wait') {
      const { parked } = row.entry as OutboxDelivery;
      // It calls nobody: others need not wait for its way back.
      leave();
      await this.#handBack(row, lease, 1, parked ?? { output: null });
    } else {
      const entry = row.entry as OutboxDelivery;
      const facts = () => ({
        kind: 'client' as const,
        causes: entry.trace === undefined ? [] : [entry.trace],
        attributes: { flow: entry.run.flow, node: entry.run.node, attempt: row.attempts.length + 1 },
      });
      await inSpan(this.#telemetry.tracing, 'delivery', facts, (note) => this.#delivery(row, lease, leave, note));
    }
  }

  get #telemetry(): Telemetry {
    return this.options.telemetry ?? NO_TELEMETRY;
  }

  async #attempt(row: DeliveryRow) {
    if (!(await this.options.permitted(row))) return refusedDelivery(row);
    const { observer } = this.#telemetry;
    const begun = performance.now();
    observer.deliveryBegins();
    try {
      return await attemptDelivery(row, { ...this.options, stopping: this.#stop.signal });
    } finally {
      observer.deliveryEnds(performance.now() - begun);
    }
  }

  /** Where nothing comes after the delivery and the store can do it, its run is closed with it: no way back is needed. */
  async #closing(row: DeliveryRow, change: DeliveryChange): Promise<DeliveryChange> {
    const { run } = row.entry as OutboxDelivery;
    const { result, now } = change;
    if (!this.store.closesRuns || !run.last || change.status !== 'answered' || !result) return change;
    const flow = await this.options.version(run.flow, run.version).catch(() => undefined);
    // A worker that lacks it says so in the pipeline (G8).
    if (!flow || !('nodes' in flow)) return change;
    const ended = closeRun(flow, run, result, now);
    const closes = { run: storedRun(row.profile, run.event, ended, now), nodes: ended.nodeCounts };
    return { ...change, status: result.error === undefined ? 'delivered' : 'dead', closes };
  }

  async #delivery(row: DeliveryRow, lease: string, leave: () => void, note: Note): Promise<void> {
    const { observer } = this.#telemetry;
    let { result } = row;
    let attempts = row.attempts.length;
    if (row.status !== 'answered') {
      crashPoint('delivery:leased');
      // The call is over then: another one may begin while its result is on its way.
      const answer = await this.#attempt(row).finally(leave);
      crashPoint('delivery:called');
      const change = await this.#closing(row, answer);
      if (change.attempt) attempts++;
      const kept = await this.store.settleDelivery(row.id, lease, change);
      crashPoint('delivery:stored');
      note({ result: change.status === 'pending' ? 'failed' : change.status });
      if (change.status === 'pending') observer.delivery(row.destination, 'failed');
      else if (change.closes && kept) observer.delivery(row.destination, change.status as 'delivered' | 'dead');
      // Without the lease somebody else works on the row; the destination knows the key (G5).
      if (!kept || change.status !== 'answered') return;
      result = change.result;
    }
    leave();
    await this.#handBack(row, lease, attempts, result ?? { output: null });
    const became = result?.error === undefined ? 'delivered' : 'dead';
    note({ result: became });
    observer.delivery(row.destination, became);
  }

  /** The result enters the pipeline, then the row is done: in between it is `answered`, and a crash repeats this. */
  async #handBack(
    row: DeliveryRow,
    lease: string,
    attempt: number,
    answer: Pick<Resume, 'port' | 'output' | 'error'>,
  ): Promise<void> {
    const { run, trace } = row.entry as OutboxDelivery;
    const resume: Resume = { delivery: row.id, attempt, profile: row.profile, run, ...answer };
    await this.lanes.add(row.partition, [{ kind: 'resume', resume }], {
      trace: this.#telemetry.tracing?.current() ?? trace,
      wait: run.last ? 'late' : 'soon',
    });
    crashPoint('delivery:enqueued');
    const status = answer.error === undefined || row.kind === 'wait' ? 'delivered' : 'dead';
    await this.store.settleDelivery(row.id, lease, { status, now: new Date().toISOString() });
    crashPoint('delivery:done');
  }
}
