import { expect, it } from 'vitest';
import type { Batch, BatchItem } from './batch.js';
import { seal, sealGroups, sealItems } from './sealed.js';

const item = (reason: string): BatchItem => ({
  kind: 'rejected',
  rejected: { id: 'i', source: 's', messageId: 'm', receivedAt: '', code: '', reason, path: '', raw: null },
});
const head = { v: 1 as const, id: 'b', partition: 0, createdAt: 1, producer: 'p', accepted: 3 };

it('writes each group as it would be written by itself', () => {
  const groups = [[item('a'), item('","')], [item('☃ \ud800 \u0000')], [item('],[')], [{ kind: 'emitted' } as never]];
  const sealed = sealGroups(groups);
  expect(sealed).toEqual(groups.map(sealItems));
  expect(sealed.map(({ text }) => text)).toEqual(groups.map((items) => JSON.stringify(items).slice(1, -1)));
  expect(sealed.map(({ count, events }) => [count, events])).toEqual([
    [2, 2],
    [1, 1],
    [1, 1],
    [1, 0],
  ]);
});

it('makes one batch of groups in their order', () => {
  const [first, second] = sealGroups([[item('a'), item('b')], [item('c')]]);
  const { text, events } = seal(head, [first, second] as never);
  const { items, ...rest } = JSON.parse(text) as Batch;
  expect(items.map((each) => each.kind === 'rejected' && each.rejected.reason)).toEqual(['a', 'b', 'c']);
  expect([rest, events]).toEqual([head, 3]);
});

it('writes nothing of a group of nothing', () => {
  const groups = [[], [item('a')], [], [item('b'), item('c')], []];
  expect(sealGroups(groups).map(({ text }) => text)).toEqual(groups.map((items) => JSON.stringify(items).slice(1, -1)));
});

it('makes a batch of nothing', () => {
  expect(JSON.parse(seal(head, [sealItems([])]).text)).toEqual({ ...head, items: [] });
});
