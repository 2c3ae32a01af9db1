import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { StoreUnavailable } from '../storage/port.js';
import { Questions } from './questions.js';

function bed(answer: (key: string) => Promise<void> = () => sleep(5)) {
  const asked: string[][] = [];
  const questions = new Questions<string, string>(async (keys) => {
    asked.push([...keys]);
    const at = asked.length;
    await Promise.all(keys.map(answer));
    return (key) => `${key}${at}`;
  });
  return { asked, questions };
}

it('asks for what comes together once', async () => {
  const { asked, questions } = bed();
  expect(await Promise.all(['a', 'b', 'a'].map((key) => questions.get(key)))).toEqual(['a1', 'b1', 'a1']);
  expect(asked).toEqual([['a', 'b']]);
});

it('asks again for whoever comes after the question was asked', async () => {
  const { asked, questions } = bed(() => sleep(20));
  const first = questions.get('a');
  await sleep(5);
  const later = [questions.get('a')];
  await sleep(5);
  later.push(questions.get('a'), questions.get('b'));
  expect(await first).toBe('a1');
  expect(await Promise.all(later)).toEqual(['a2', 'a3', 'b3']);
  expect(asked).toEqual([['a'], ['a'], ['a', 'b']]);
});

it('asks for many in several questions', async () => {
  const { asked, questions } = bed();
  await Promise.all(Array.from({ length: 250 }, (_, n) => questions.get(`${n}`)));
  expect(asked.map((keys) => keys.length)).toEqual([100, 100, 50]);
});

it('fails the one that cannot be answered, and nobody else', async () => {
  const { questions } = bed(async (key) => {
    if (key === 'bad') throw new Error('unreadable');
  });
  const ends = await Promise.allSettled(['good', 'bad', 'fine'].map((key) => questions.get(key)));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await questions.get('good')).toMatch(/^good/);
});

it('fails everybody who waits for a store that is away, and goes on', async () => {
  let isAway = true;
  const { asked, questions } = bed(async () => {
    await sleep(20);
    if (isAway) throw new StoreUnavailable('away');
  });
  const many = Array.from({ length: 450 }, (_, n) => questions.get(`${n}`));
  const ends = await Promise.allSettled(many);
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(asked.length).toBeLessThanOrEqual(2);
  isAway = false;
  expect(await questions.get('a')).toMatch(/^a/);
});
