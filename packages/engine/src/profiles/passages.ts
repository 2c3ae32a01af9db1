import type { Passages } from './profile.js';

/** Adds passages of nodes, by `flow@version/node/port`. */
export function addPassages(to: Passages, from: Passages): void {
  for (const [key, n] of Object.entries(from)) to[key] = (to[key] ?? 0) + n;
}
