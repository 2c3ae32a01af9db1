import { setImmediate as soon } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.js';

/** Work that goes on until it is told to end. */
function work(log: string[], name: string) {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async () => {
    log.push(`${name} begins`);
    await over;
    log.push(`${name} ends`);
  };
  return { run, end: () => end() };
}

it('batches work side by side, a suspected event by itself, and nobody passes one that waits', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const [a, b, suspect, c] = ['a', 'b', 'suspect', 'c'].map((name) => work(log, name)) as [
    ReturnType<typeof work>,
    ReturnType<typeof work>,
    ReturnType<typeof work>,
    ReturnType<typeof work>,
  ];
  const all = [turns.together(a.run), turns.together(b.run), turns.alone(suspect.run), turns.together(c.run)];
  await soon();
  expect(log).toEqual(['a begins', 'b begins']);
  a.end();
  await soon();
  expect(log).toEqual(['a begins', 'b begins', 'a ends']);
  b.end();
  await soon();
  expect(log.slice(3)).toEqual(['b ends', 'suspect begins']);
  suspect.end();
  c.end();
  await Promise.all(all);
  expect(log.slice(5)).toEqual(['suspect ends', 'c begins', 'c ends']);
});

it('work that fails gives its turn on', async () => {
  const turns = new Turns();
  await expect(turns.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turns.together(async () => 'yes')).toBe('yes');
  expect(await turns.alone(async () => 'yes')).toBe('yes');
});
