import type { Passages } from './profile.js';

/** Adds passages of nodes, by `flow@version/node/port`. */
export function addPassages(to: Passages, from: Passages): void {
  for (const [key, n] of Object.entries(from)) to[key] = (to[key] ?? 0) + n;
}

/** Adds those of a batch to what is known of it. */
export function addPassagesOf(sums: Map<string, Passages>, batch: string, passed: Passages): void {
  const sum = sums.get(batch) ?? (Object.create(null) as Passages);
  addPassages(sum, passed);
  sums.set(batch, sum);
}
