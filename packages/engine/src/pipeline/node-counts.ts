import type { Receipt } from '../storage/port.js';

/** Adds passages of nodes, by `flow@version/node/port`. */
export function addCounts(to: Receipt['nodes'], from: Receipt['nodes']): void {
  for (const [key, n] of Object.entries(from)) to[key] = (to[key] ?? 0) + n;
}
