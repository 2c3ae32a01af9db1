import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
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

it('fails those who asked, and goes on', async () => {
  const { questions } = bed(async (key) => {
    if (key === 'bad') throw new Error('away');
  });
  const both = await Promise.allSettled([questions.get('bad'), questions.get('good')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await questions.get('good')).toBe('good2');
});
