import { type Program, startProgram } from '../programs/program.js';
import type { LoadOptions, LoadOrder, LoadResult } from './orders.js';

export type Load = Program<LoadOrder, LoadResult>;

/** Starts a generator and gives it no work yet. */
export function startLoad(options: LoadOptions): Promise<Load> {
  return startProgram<LoadOrder, LoadResult>('load/program', options);
}

/** Starts a generator for one order, and ends it. */
export async function load(options: LoadOptions, order: LoadOrder): Promise<LoadResult> {
  const generator = await startLoad(options);
  try {
    return await generator.ask(order);
  } finally {
    await generator.stop();
  }
}
