import { type DeliverPlugin, DeliveryError, type Json, withDeadline } from '@tributary/sdk';
import type { OutboxDelivery } from '../flows/run.js';
import type { PluginRegistry } from '../plugins/index.js';
import type { Attempt, DeliveryChange, DeliveryRow } from '../storage/port.js';
import { type BackoffOptions, waitAfter } from './backoff.js';

export interface AttemptOptions {
  registry: PluginRegistry;
  backoff: BackoffOptions;
  /** Milliseconds after which an attempt is aborted. */
  timeoutMs: number;
  network: { allowPrivateDestinations: boolean };
  /** Told that this worker lacks the plugin of a delivery: it waits for one that has it (G8). */
  onMissing(plugin: string): void;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
}

/** Milliseconds before a worker looks again for a plugin that this one lacks. */
const PARKED = 30_000;

/** One attempt at one delivery: what shall be written to its row. Never throws for what the outside or the plugin does. */
export async function attemptDelivery(row: DeliveryRow, options: AttemptOptions): Promise<DeliveryChange> {
  const entry = row.entry as OutboxDelivery;
  const plugin = options.registry.get(entry.run.plugin);
  const started = Date.now();
  if (!plugin || !('deliver' in plugin)) {
    options.onMissing(entry.run.plugin);
    return { status: 'pending', dueAt: started + PARKED, now: now() };
  }
  const n = row.attempts.length - row.attempts.findLastIndex((attempt) => attempt.final);
  try {
    const outcome = await deliver(plugin, row, entry, n, options);
    const result =
      typeof outcome === 'string'
        ? { port: outcome, output: null }
        : { port: outcome.port, output: (outcome.output ?? null) as Json };
    return { status: 'answered', attempt: attemptOf(started, {}), result, now: now() };
  } catch (error) {
    return failure(error, n, started, options);
  }
}

/** A delivery that the person has not consented to: given up, with the reason. */
export function refusedDelivery(row: DeliveryRow): DeliveryChange {
  const error = `The person has not consented to ${(row.entry as OutboxDelivery).purpose}.`;
  const attempt: Attempt = { ...attemptOf(Date.now(), { error }), final: true };
  return { status: 'answered', attempt, result: { output: null, error }, now: now() };
}

function deliver(
  plugin: DeliverPlugin,
  row: DeliveryRow,
  entry: OutboxDelivery,
  attempt: number,
  options: AttemptOptions,
) {
  const { stopping, timeoutMs, network } = options;
  return withDeadline(stopping, timeoutMs, async (signal) =>
    plugin.deliver({ payload: entry.payload, idempotencyKey: row.id, attempt, signal, network }, entry.config),
  );
}

function failure(error: unknown, n: number, started: number, options: AttemptOptions): DeliveryChange {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof DeliveryError ? error : undefined;
  const attempt = attemptOf(started, { error: message, ...(known?.status && { status: known.status }) });
  if (options.stopping.aborted) return { status: 'pending', dueAt: Date.now(), now: now() };
  if (known?.permanent || n >= options.backoff.attempts) {
    // Answered first: the run learns of it, then the row is dead (see the dispatcher).
    return {
      status: 'answered',
      attempt: { ...attempt, final: true },
      result: { output: null, error: message },
      now: now(),
    };
  }
  const dueAt = Date.now() + waitAfter(n, options.backoff, known?.retryAfter);
  return { status: 'pending', dueAt, attempt, now: now() };
}

function attemptOf(started: number, more: Pick<Attempt, 'error' | 'status'>): Attempt {
  return { at: new Date(started).toISOString(), ms: Date.now() - started, ...more };
}

function now(): string {
  return new Date().toISOString();
}
