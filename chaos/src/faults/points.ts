import { CRASH_POINTS } from '@tributary/engine';
import type { StoreName } from '../deployment/servers.js';

/** The named crash points that a deployment on this store comes by. */
export function crashPoints(store: StoreName): string[] {
  return CRASH_POINTS.filter((name) => store === 'mongo' || !name.startsWith('mongo:'));
}
