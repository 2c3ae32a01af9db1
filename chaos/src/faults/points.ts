import { CRASH_POINTS } from '@tributary/engine';
import type { StoreName } from '../deployment/servers.js';

/** Met by chance: one process alone gives a batch back only when it is told to stop in the instant of a claim. */
const BY_CHANCE = new Set(['embedded job:before-give-back']);

/** Whether a run in which nobody came by this point has failed. */
export function mustBeMet(store: StoreName, point: string): boolean {
  return !BY_CHANCE.has(`${store} ${point}`);
}

/** The named crash points that a deployment on this store comes by. */
export function crashPoints(store: StoreName): string[] {
  return CRASH_POINTS.filter((name) => store === 'mongo' || !name.startsWith('mongo:'));
}
