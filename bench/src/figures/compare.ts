import { type Spread, spread } from '../machine/numbers.js';

type Measure = (round: number) => Promise<number>;

/** Measures things in turn, so that what changes on the machine meanwhile changes for all of them. */
export async function allInTurn(rounds: number, ...all: Measure[]): Promise<Spread[]> {
  const found: number[][] = all.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, measure] of all.entries()) found[i]?.push(await measure(round));
  }
  return found.map(spread);
}

/** What is ours, and its ceiling. */
export async function inTurn(
  rounds: number,
  ours: Measure,
  ceiling: Measure,
): Promise<{ ours: Spread; ceiling: Spread; ratio: number }> {
  const [a, b] = (await allInTurn(rounds, ours, ceiling)) as [Spread, Spread];
  return { ours: a, ceiling: b, ratio: a.median / b.median };
}
