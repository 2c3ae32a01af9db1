import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Gate } from './gate.js';

it('runs side by side, and one alone when it asks', async () => {
  const gate = new Gate();
  let [running, most, beside] = [0, 0, -1];
  const ordinary = () =>
    gate.run(async () => {
      most = Math.max(most, ++running);
      await sleep(20);
      running--;
    });
  const single = gate.run(() =>
    gate.alone(async () => {
      beside = running;
      await sleep(20);
      beside += running;
    }),
  );
  await Promise.all([ordinary(), ordinary(), single, ordinary(), sleep(5).then(ordinary)]);
  expect(most).toBeGreaterThan(1);
  expect(beside).toBe(0);
});
