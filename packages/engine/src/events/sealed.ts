import { randomUUID } from 'node:crypto';
import { type Batch, type BatchItem, countAccepted } from './batch.js';

/**
 * Items as the text that they have in a batch. What waits for others to be gathered with is text alone: of the objects
 * of thousands of events the garbage collector would have to follow each.
 */
export interface SealedItems {
  /** JSON, without the brackets of the list. */
  text: string;
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

/** Stands between groups while they are written; nobody who sends events can know it. */
const BETWEEN = randomUUID();

export function sealItems(items: readonly BatchItem[]): SealedItems {
  const [sealed] = sealGroups([items]);
  return sealed as SealedItems;
}

/** Groups of items, each by itself. They are written in one go: to begin a JSON text costs more than a small event in it. */
export function sealGroups(groups: readonly (readonly BatchItem[])[]): SealedItems[] {
  const all = groups.flatMap<BatchItem | string>((items) => (items.length === 0 ? [] : [BETWEEN, ...items]));
  // Without the end of the list; before the first there is only its beginning.
  const texts = JSON.stringify(all).slice(0, -1).split(`"${BETWEEN}",`);
  let n = 0;
  return groups.map((items) => {
    const text = items.length === 0 ? '' : withoutComma(texts[++n] as string);
    return { text, count: items.length, events: countAccepted(items) };
  });
}

function withoutComma(text: string): string {
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

/** A batch of these items, in their order. */
export function seal(head: Omit<Batch, 'items'>, sealed: readonly SealedItems[]): SealedBatch {
  const { id, createdAt, producer, accepted } = head;
  const texts = sealed.map(({ text }) => text).filter((text) => text !== '');
  const text = `${JSON.stringify(head).slice(0, -1)},"items":[${texts.join(',')}]}`;
  const events = sealed.reduce((sum, each) => sum + each.events, 0);
  return { id, createdAt, producer, accepted, events, text };
}
