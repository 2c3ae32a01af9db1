import { type Spread, spread } from '../machine/numbers.js';

/** Measures two things in turn, so that what changes on the machine meanwhile changes for both. */
export async function inTurn(
  rounds: number,
  ours: (round: number) => Promise<number>,
  ceiling: (round: number) => Promise<number>,
): Promise<{ ours: Spread; ceiling: Spread; ratio: number }> {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    a.push(await ours(round));
    b.push(await ceiling(round));
  }
  const found = { ours: spread(a), ceiling: spread(b) };
  return { ...found, ratio: found.ours.median / found.ceiling.median };
}
