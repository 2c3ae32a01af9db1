import type { Batch } from '../events/batch.js';
import type { SealedBatch } from '../events/sealed.js';
import type { WaitingBatch } from './port.js';

interface Label {
  /** Events from outside. */
  n: number;
  /** Producer. */
  p: string;
  /** Accepted so far by this producer. */
  a: number;
  /** Created at. */
  t: number;
}

/** The job's name says what accounting needs, so that waiting batches are counted without loading them. */
export function jobName({ events, producer, accepted, createdAt }: SealedBatch): string {
  const label: Label = { n: events, p: producer, a: accepted, t: createdAt };
  return JSON.stringify(label);
}

/** Reads a job's name back. */
export function waitingBatch(id: string, partition: number, name: string): WaitingBatch {
  const { n, p, a, t } = JSON.parse(name) as Label;
  return { id, partition, events: n, producer: p, accepted: a, createdAt: t };
}

/** The batch of a job's data, in either form. */
export function batchOf(data: unknown): Batch {
  return (typeof data === 'string' ? JSON.parse(data) : data) as Batch;
}
