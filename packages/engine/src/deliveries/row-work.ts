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

export interface WorkOptions extends AttemptOptions {
  /** A version of a flow, for a run that belongs to it. */
  version: PipelineContext['flows']['version'];
  /** Whether the person has consented to what the delivery is for. */
  permitted(row: DeliveryRow): Promise<boolean>;
  telemetry?: Telemetry;
}

/** What is done with a leased row: the call, its result, and the way of the result to its run. */
export class RowWork {
  constructor(
    private readonly store: DeliveryStore,
    private readonly lanes: Lanes,
    private readonly options: WorkOptions,
  ) {}

  /** One row that this process holds; `leave` gives its place to the next. */
  async one(row: DeliveryRow, lease: string, leave: () => void): Promise<void> {
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
      return await attemptDelivery(row, this.options);
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
