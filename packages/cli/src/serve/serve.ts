import { createApi } from '@tributary/api';
import {
  chooseBackends,
  createEngine,
  createMetrics,
  type Engine,
  type Role,
  readSettings,
  type Settings,
} from '@tributary/engine';
import type { Logger } from 'pino';
import { EXIT } from '../errors.js';
import { complain, say } from '../print.js';
import { onStopRequest, type StopReason } from '../supervise/stop-request.js';
import { startWatchdog } from '../supervise/watchdog.js';
import { loadTracing } from '../tracing/load.js';
import type { RunningTracing } from '../tracing/tracing.js';
import { describeBackends, openBackends } from './backends.js';
import { type Demo, demoSettings, loadDemo } from './demo.js';
import { publishFolder } from './flows-folder.js';
import { loadIdentityRules } from './identity.js';
import { type Front, listen } from './listen.js';
import { createLog } from './log.js';
import { patiently, WITHOUT_END } from './patiently.js';
import { loadRegistry } from './plugins.js';
import { trackerFiles } from './tracker.js';

/** What a process is to do. */
export interface ServeOptions {
  roles: readonly Role[];
  /** Whether it is one of several processes, each with its role. */
  severalProcesses: boolean;
  demo: boolean;
  port?: string;
}

/** Patience of a process whose supervisor is gone: its place is wanted by the next one. */
const ORPHAN_MS = 2_000;

/** Runs the roles in this process until it is told to stop. */
export async function serve({ roles, severalProcesses, demo, port }: ServeOptions): Promise<void> {
  let running: Running | undefined;
  let isEnding = false;
  onStopRequest((reason) => {
    isEnding = true;
    // Before it has begun anything it can be left as it is: it could be killed at any line anyway.
    return running ? end(running, reason) : process.exit(0);
  });
  const read = readSettings({ ...process.env, ...(port !== undefined && { PORT: port }) });
  const settings = demo ? demoSettings(read, process.env) : read;
  const log = createLog(settings);
  endOnFault(log);
  say(`${describeBackends(settings, chooseBackends(settings, severalProcesses))}.`);
  const front = await listen(settings);
  const shop = demo ? await loadDemo() : undefined;
  const registry = await loadRegistry(settings);
  const rules = await loadIdentityRules(settings);
  const { queue, store, release } = await openBackends(settings, { severalProcesses }, log);
  for (const warning of await patiently(WITHOUT_END, () => queue.warnings())) say(`Note: ${warning}`);
  const metrics = createMetrics();
  const { observer } = metrics;
  const tracing = await loadTracing(settings, roles);
  const engine = createEngine({
    store,
    queue,
    settings,
    registry,
    log,
    observer,
    tracing,
    onFatal: endForGood,
    ...(rules && { rules }),
  });
  metrics.watch({ queue, health: () => engine.health() });
  // Before the first batch: it may be the one that never ends.
  await startWatchdog(settings.lockMs);
  running = { front, engine, tracing, release, settings, log };
  try {
    await patiently(WITHOUT_END, () => engine.start(roles));
    if (!isEnding) await prepare(engine, { settings, roles, front, shop });
  } catch (error) {
    // It was told to stop meanwhile: its end closes what is still asked.
    if (!isEnding) throw error;
  }
  if (isEnding) return;
  const tracker = roles.includes('api') ? await trackerFiles() : {};
  const { trackerPath, collectPath } = settings;
  const mounts = shop ? [shop.mount] : [];
  front.serve(createApi({ engine, log, roles, mounts, metrics, trackerPath, collectPath, ...tracker }));
  announce(front.url, roles, shop !== undefined);
}

interface Prepared {
  settings: Settings;
  roles: readonly Role[];
  front: Front;
  shop: Demo | undefined;
}

/** The records that a deployment begins with. */
async function prepare(engine: Engine, { settings, roles, front, shop }: Prepared): Promise<void> {
  if (roles.includes('api')) {
    const token = await patiently(WITHOUT_END, () => engine.tokens.ensure(settings.adminToken));
    if (token !== undefined) say(`The token for the management API, shown this once: ${token}`);
  }
  await patiently(WITHOUT_END, async () => shop?.prepare(engine, front.url));
  if (settings.flowsDir !== undefined && roles.includes('scheduler')) {
    await publishFolder(engine, settings.flowsDir, front.url);
  }
}

function announce(url: string, roles: readonly Role[], demo: boolean): void {
  if (roles.includes('api')) {
    if (demo) say(`  The example shop   ${url}/shop/`);
    say(`  The API, to read   ${url}/docs`);
    say(`  Events go to       ${url}/v1/track${demo ? ' with the write key "demo"' : ''}`);
  }
  say(`Tributary ready on ${url}`);
  process.send?.('ready');
}

interface Running {
  front: Front;
  engine: Engine;
  tracing: RunningTracing | undefined;
  release(): Promise<void>;
  settings: Settings;
  log: Logger;
}

/** Answers the requests in work, finishes the batches in work, gives the data folder free, and ends the process. */
async function end({ front, engine, tracing, release, settings, log }: Running, reason: StopReason): Promise<void> {
  try {
    say('Tributary stops.');
    await front.close();
    await engine.stop(reason === 'told' ? settings.shutdownMs : ORPHAN_MS);
    await release();
    // A receiver that is away is no reason to end badly.
    await tracing?.stop().catch((error: unknown) => log.warn({ err: error }, 'The last traces were not sent'));
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'The end was not orderly');
    process.exit(EXIT.crash);
  }
}

/** Another process owns the deployment: this one is not to be started again. */
function endForGood(error: Error): void {
  complain(error.message);
  process.exit(EXIT.mistake);
}

/** After a fault that nobody caught, the state of the process is unknown: it ends, and is started again. */
function endOnFault(log: Logger): void {
  const endNow = (error: unknown) => {
    log.fatal({ err: error }, 'A fault that nobody caught');
    process.exit(EXIT.crash);
  };
  process.on('uncaughtException', endNow);
  process.on('unhandledRejection', endNow);
}
