import type { Json, JsonObject } from '@tributary/sdk';
import type { BatchItem } from '../events/batch.js';
import { momentOf, parseTime } from '../events/clock.js';
import { LIMITS } from '../events/limits.js';
import { normaliseCall } from '../events/normalise.js';
import { partitionOf } from '../events/partition.js';
import { isObject } from '../events/shape.js';
import type { IdentityRules } from '../identity/rules.js';
import { type Collect, type IncomingRequest, Overloaded } from '../port.js';
import { type Queue, QueueUnavailable } from '../queue/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { NO_TELEMETRY, type Telemetry } from '../telemetry/telemetry.js';
import { inSpan } from '../telemetry/tracing.js';
import type { Lanes } from './lanes.js';
import { Pressure } from './pressure.js';

/** Events of one partition that may wait in this process; more is answered 503. */
const LANE_DEPTH = 20_000;

/** Events in: normalises, gathers by partition, and answers after the durable enqueue. */
export class Collector implements Collect {
  readonly #pressure: Pressure;

  constructor(
    queue: Queue,
    private readonly lanes: Lanes,
    private readonly rules: IdentityRules,
    private readonly telemetry: Telemetry = NO_TELEMETRY,
  ) {
    this.#pressure = new Pressure(queue);
  }

  start(): void {
    this.#pressure.start();
  }

  stop(): void {
    this.#pressure.stop();
  }

  async accept(request: IncomingRequest): Promise<{ accepted: number; quarantined: number }> {
    const { observer, tracing } = this.telemetry;
    const facts = () => ({ attributes: { source: request.source.id, events: request.calls.length } });
    try {
      const taken = await inSpan(tracing, 'collect', facts, () => this.#take(request));
      observer.accepted(taken.accepted);
      return taken;
    } catch (error) {
      if (error instanceof Overloaded) observer.refused('full');
      else if (error instanceof QueueUnavailable) observer.refused('unavailable');
      throw error;
    }
  }

  async #take(request: IncomingRequest): Promise<{ accepted: number; quarantined: number }> {
    const retryAfter = this.#pressure.retryAfter();
    if (retryAfter !== undefined) throw new Overloaded(retryAfter);
    const context = {
      source: request.source.id,
      rules: this.rules,
      received: momentOf(Date.now()),
      sentAt: parseTime(request.sentAt),
      context: isObject(request.context) ? (request.context as JsonObject) : undefined,
      userAgent: request.userAgent,
      small: request.bytes !== undefined && request.bytes <= LIMITS.eventBytes,
    };
    const byPartition = new Map<number, BatchItem[]>();
    let quarantined = 0;
    for (const call of request.calls) {
      const item = normaliseCall(call, context);
      if (item.kind === 'rejected') quarantined++;
      const partition = this.#partition(item);
      const items = byPartition.get(partition);
      if (items) items.push(item);
      else byPartition.set(partition, [item]);
    }
    for (const partition of byPartition.keys()) {
      if (this.lanes.depth(partition) > LANE_DEPTH) throw new Overloaded(1);
    }
    // Who sends events together has let them wait before, and a little longer makes the batches larger.
    const gathering = { wait: request.calls.length > 1 ? 'soon' : 'now' } as const;
    await settleAll(this.lanes.addAll(byPartition, gathering));
    crashPoint('collect:before-answer');
    return { accepted: request.calls.length, quarantined };
  }

  /** Hands an operator's replay to the partition where the event belongs; its place in the order is now. */
  async replay(item: Extract<BatchItem, { kind: 'replay' }>): Promise<void> {
    await this.lanes.add(this.#partition(item), [item]);
  }

  /** One call as it would have been taken at `receivedAt` (milliseconds), without taking it. */
  normalise(call: Json, source: string, receivedAt: number): ReturnType<typeof normaliseCall> {
    return normaliseCall(call, { source, rules: this.rules, received: momentOf(receivedAt), small: false });
  }

  #partition(item: BatchItem): number {
    const key =
      item.kind === 'rejected'
        ? `${item.rejected.source}:${item.rejected.messageId}`
        : item.kind === 'resume'
          ? item.resume.profile
          : (item.event.anonymousId ?? (item.event.userId as string));
    return partitionOf(key, this.lanes.count);
  }
}

/** Waits for all of them, also when one fails: then nothing of the request is under way any more. */
async function settleAll(promises: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
