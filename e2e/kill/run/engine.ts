import type { EngineOptions } from '../../../packages/engine/dist/index.js';

/**
 * The built engine, the same code that the worker processes run. Only the side of the test that sends and reads uses
 * it: the oracle does not.
 */
export {
  createEngine,
  createMongoStore,
  createPostgresStore,
  createRedisQueue,
  defaultSettings,
  type Engine,
  loadPlugins,
  PluginRegistry,
  poolSql,
  type Queue,
  type Store,
} from '../../../packages/engine/dist/index.js';

/** Keeps what an engine has to say, for the report of a run that failed. */
export function keepLog(lines: string[]): EngineOptions['log'] {
  const keep = (...said: unknown[]) => void lines.push(said.map(text).join(' '));
  const nothing = () => undefined;
  const log = { fatal: keep, error: keep, warn: keep, info: nothing, debug: nothing, trace: nothing, silent: nothing };
  return Object.assign(log, { child: () => log }) as unknown as EngineOptions['log'];
}

function text(said: unknown): string {
  if (typeof said !== 'object' || said === null || !('err' in said)) return String(said);
  return said.err instanceof Error ? said.err.message : String(said.err);
}
