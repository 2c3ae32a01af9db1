import { type Batch, type BatchItem, countAccepted } from './batch.js';

/**
 * Items as the text that they have in a batch. What waits for others to be gathered with is text alone: of the objects
 * of thousands of events the garbage collector would have to follow each.
 */
export interface SealedItems {
  /** JSON, without the brackets of the list. */
  text: string;
  /** Of the text, as UTF-8. */
  bytes: number;
  count: number;
  /** Events from outside among them. */
  events: number;
}

/** A batch as the queue keeps it: its JSON, and what is asked of it while it waits. */
export interface SealedBatch extends Pick<Batch, 'id' | 'createdAt' | 'producer' | 'accepted'> {
  text: string;
  /** Events from outside in it. */
  events: number;
}

export function sealItems(items: readonly BatchItem[]): SealedItems {
  const text = JSON.stringify(items).slice(1, -1);
  return { text, bytes: Buffer.byteLength(text), count: items.length, events: countAccepted(items) };
}

/** A batch of these items, in their order. */
export function seal(head: Omit<Batch, 'items'>, sealed: readonly SealedItems[]): SealedBatch {
  const { id, createdAt, producer, accepted } = head;
  const texts = sealed.map(({ text }) => text).filter((text) => text !== '');
  const text = `${JSON.stringify(head).slice(0, -1)},"items":[${texts.join(',')}]}`;
  const events = sealed.reduce((sum, each) => sum + each.events, 0);
  return { id, createdAt, producer, accepted, events, text };
}
