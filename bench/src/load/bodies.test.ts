import { expect, it } from 'vitest';
import { Bodies, EVENT_BYTES } from './bodies.js';

const options = { run: 'test', people: 50, spread: 'skewed', event: 'Product Viewed' } as const;

it('makes single events of the bytes that the figures name, each under a message id of its own', () => {
  const bodies = new Bodies({ ...options, size: 1, pool: 10 });
  const ids = new Set<string>();
  for (let n = 0; n < 25; n++) {
    const bytes = bodies.next();
    expect(bytes).toHaveLength(EVENT_BYTES);
    ids.add((JSON.parse(bytes.toString()) as { messageId: string }).messageId);
  }
  expect(ids.size).toBe(25);
});

it('numbers each event of a batch', () => {
  const { batch } = JSON.parse(new Bodies({ ...options, size: 20, pool: 2 }).next().toString());
  expect(new Set(batch.map(({ messageId }: { messageId: string }) => messageId)).size).toBe(20);
});
