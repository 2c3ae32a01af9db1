import { InvalidSetting } from './errors.js';
import type { Settings } from './schema.js';

/** Which servers keep the queue and the store. `embedded` is PGlite in the data folder. */
export interface Backends {
  queue: 'redis' | 'postgres' | 'embedded';
  store: 'mongo' | 'postgres' | 'embedded';
}

/**
 * Chooses the backends, and refuses a combination that could not keep the promises: only Redis lets several processes
 * share a queue (the order after a crash), and an embedded database belongs to one process.
 */
export function chooseBackends(
  settings: Pick<Settings, 'redisUrl' | 'mongodbUrl' | 'postgresUrl'>,
  /** Whether this process is one of several, each with a role of its own. */
  severalProcesses: boolean,
): Backends {
  const { redisUrl, mongodbUrl, postgresUrl } = settings;
  if (mongodbUrl && postgresUrl) {
    throw new InvalidSetting(
      'POSTGRES_URL',
      'MONGODB_URL and POSTGRES_URL are both set, but there is one store: unset one of them.',
    );
  }
  if (redisUrl) {
    if (mongodbUrl) return { queue: 'redis', store: 'mongo' };
    if (postgresUrl) return { queue: 'redis', store: 'postgres' };
    throw new InvalidSetting(
      'REDIS_URL',
      'REDIS_URL is set without a store: set MONGODB_URL or POSTGRES_URL too, or unset REDIS_URL.',
    );
  }
  if (mongodbUrl) {
    throw new InvalidSetting(
      'MONGODB_URL',
      'MONGODB_URL is set without a queue: set REDIS_URL too, or unset MONGODB_URL.',
    );
  }
  if (severalProcesses) {
    throw new InvalidSetting(
      'REDIS_URL',
      'REDIS_URL is not set, and without Redis only one process may run: set REDIS_URL, or run everything with "tributary start".',
    );
  }
  return postgresUrl ? { queue: 'postgres', store: 'postgres' } : { queue: 'embedded', store: 'embedded' };
}
