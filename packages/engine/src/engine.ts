import type { Logger } from 'pino';
import { Collector } from './collect/collector.js';
import { Lanes } from './collect/lanes.js';
import { DEFAULT_BACKOFF } from './deliveries/backoff.js';
import { Dispatcher, type DispatcherOptions } from './deliveries/dispatcher.js';
import { readAccounting } from './deployment/accounting.js';
import { createEffects } from './deployment/effects.js';
import { readHealth } from './deployment/health.js';
import { Heartbeats } from './deployment/heartbeats.js';
import { SourceList } from './deployment/sources.js';
import { TokenList } from './deployment/tokens.js';
import { createFlowCatalog } from './flows/index.js';
import { manageFlows } from './flows/manage.js';
import { LiveFlowsWatch } from './flows/watch.js';
import { defaultRules, type IdentityRules } from './identity/rules.js';
import type { PipelineContext } from './pipeline/context.js';
import { Gathering } from './pipeline/gathering.js';
import { processBatch } from './pipeline/process.js';
import { Turns } from './pipeline/turns.js';
import { LeaseLost } from './pipeline/write.js';
import type { PluginRegistry } from './plugins/index.js';
import type { Engine, Role } from './port.js';
import { mayUse } from './profiles/consent.js';
import { PublicProfile } from './profiles/public-view.js';
import { ProfileReader } from './profiles/read.js';
import { GiveBack, type Queue, type QueueWorker } from './queue/port.js';
import { settles } from './queue/wait.js';
import type { Settings } from './settings/index.js';
import type { Store } from './storage/port.js';
import { OwnershipLost } from './storage/postgres/index.js';
import { NO_OBSERVER, type Observer } from './telemetry/observer.js';
import { safeLog } from './telemetry/safe-error.js';
import { inSpan, type Tracing } from './telemetry/tracing.js';

export interface EngineOptions {
  store: Store;
  queue: Queue;
  settings: Pick<Settings, 'defaultCountry' | 'allowPrivateDestinations' | 'eventDays' | 'shutdownMs'>;
  registry: PluginRegistry;
  log: Logger;
  /** Told when this process must end: another one owns the deployment now. Nothing more is written. */
  onFatal?(error: Error): void;
  /** Identifier rules; by default those of docs/identity.md. */
  rules?: IdentityRules;
  /** Is told what happens, for metrics. */
  observer?: Observer;
  /** Traces, where they are wanted. */
  tracing?: Tracing | undefined;
  /** Tests make these quick. */
  deliveries?: Partial<
    Pick<DispatcherOptions, 'backoff' | 'timeoutMs' | 'leaseMs' | 'pollMs' | 'perDestination' | 'destinations'>
  >;
}

/** Days for which the claim of a message is kept: the window in which a repeat is recognised (G3). */
const CLAIM_DAYS = 7;
const DAY = 86_400_000;
/** Milliseconds between two clean-ups by the scheduler. */
const CLEAN_EVERY = 10 * 60_000;

/** One deployment, over an opened store and queue. Holds no state of the module: several can live in one process. */
export function createEngine({ store, queue, settings, registry, ...options }: EngineOptions): Engine {
  const log = safeLog(options.log);
  const telemetry = { observer: options.observer ?? NO_OBSERVER, tracing: options.tracing };
  const rules = options.rules ?? defaultRules(settings.defaultCountry);
  const lanes = new Lanes(queue, telemetry);
  const collector = new Collector(queue, lanes, rules, telemetry);
  const catalog = createFlowCatalog(store, registry);
  const flows = new LiveFlowsWatch(catalog, (error) => log.warn({ err: error }, 'flows could not be read'));
  const profiles = new ProfileReader(store, rules);
  const heartbeats = new Heartbeats(store, (error) => log.warn({ err: error }, 'heartbeat failed'));
  const dispatcher = new Dispatcher(store, lanes, {
    registry,
    backoff: DEFAULT_BACKOFF,
    timeoutMs: 70_000,
    leaseMs: 15_000,
    pollMs: 500,
    perDestination: 64,
    destinations: 256,
    ...options.deliveries,
    telemetry,
    version: (flow, version) => flows.version(flow, version),
    network: { allowPrivateDestinations: settings.allowPrivateDestinations },
    permitted: async ({ entry, profile }) => {
      if (entry.kind !== 'delivery' || entry.purpose === undefined) return true;
      return mayUse(await profiles.byId(profile), entry.purpose, entry.run.event.consent);
    },
    onMissing: (plugin) => log.warn({ plugin }, 'deliveries wait for a worker that has this plugin'),
    onError: (error) => log.warn({ err: error }, 'a delivery will be tried again'),
  });
  const context: PipelineContext = {
    store,
    rules,
    flows,
    reserve: (outbox) => dispatcher.reserve(outbox),
    onHandOver: () => dispatcher.poke(),
    onConflict: (n) => {
      telemetry.observer.conflicts(n);
      log.debug({ profiles: n }, 'conflict: computing again');
    },
    alone: new Map(),
    gathering: new Gathering(),
    turns: new Turns(),
    telemetry,
  };
  let worker: QueueWorker | undefined;
  let cleaning: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const clean = async () => {
    const now = Date.now();
    const { eventDays } = settings;
    await store.clean({
      now,
      claimsBefore: now - CLAIM_DAYS * DAY,
      ...(eventDays !== undefined && { eventsBefore: now - eventDays * DAY }),
    });
    await heartbeats.clean();
  };
  const begin: { [role in Role]: () => void } = {
    api: () => collector.start(),
    worker: () => {
      worker = queue.work(async (batch, lease) => {
        try {
          const facts = () => ({
            kind: 'consumer' as const,
            causes: batch.trace,
            attributes: { partition: batch.partition, items: batch.items.length, attempt: lease.attempt },
          });
          await inSpan(telemetry.tracing, 'batch', facts, () => processBatch(context, batch, lease));
        } catch (error) {
          telemetry.observer.batchUndone(error instanceof LeaseLost ? 'given-back' : 'failed');
          if (error instanceof LeaseLost) throw new GiveBack();
          if (error instanceof OwnershipLost) options.onFatal?.(error);
          throw error;
        }
      });
      dispatcher.start();
    },
    scheduler: () => {
      const run = () => void clean().catch((error) => log.warn({ err: error }, 'clean-up failed'));
      run();
      cleaning = setInterval(run, CLEAN_EVERY);
    },
  };
  /** Nothing of it is begun twice when it is made again. */
  const attempt = async (roles: readonly Role[]) => {
    // Whoever changes the number of partitions looks for a heartbeat afterwards: one of the two sees the other.
    await heartbeats.start(roles);
    await queue.confirmPartitions();
    if (roles.includes('worker')) await flows.start();
    if (!stopped) for (const role of roles) begin[role]();
  };
  const stop = async (patience: number) => {
    await settles(patience, starting);
    clearInterval(cleaning);
    collector.stop();
    if (worker) await Promise.all([worker.stop(patience), dispatcher.stop(patience)]);
    await dispatcher.givenBack();
    flows.stop();
    await heartbeats.stop().catch(() => {});
    await queue.close();
    await store.close();
  };

  return {
    sources: new SourceList(store),
    flows: manageFlows(catalog, () => flows.refresh()),
    profiles,
    effects: createEffects(store, collector, () => dispatcher.poke()),
    publicView: new PublicProfile(store, profiles),
    tokens: new TokenList(store),
    collect: collector,
    accounting: () => readAccounting(store, queue),
    health: () => readHealth(store, queue, heartbeats),
    plugins: () => registry.list(),
    start: async (roles) => {
      if (stopped) return;
      starting = attempt(roles);
      await starting;
    },
    stop: (patience = settings.shutdownMs) => {
      stopped ??= stop(patience);
      return stopped;
    },
  };
}
