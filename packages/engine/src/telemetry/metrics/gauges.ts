import { Gauge, type Registry } from 'prom-client';
import { isLiving } from '../../deployment/heartbeats.js';
import type { Role } from '../../port.js';
import type { Snapshot } from './snapshot.js';

/** Adds a value of a gauge. */
type Set<T extends string> = (labels: { [name in T]: string | number }, value: number) => void;

const ROLES: readonly Role[] = ['api', 'worker', 'scheduler'];

/** Gauges about the whole deployment, which every process reports alike: take the maximum, not the sum. */
export function addDeploymentGauges(registry: Registry, snapshot: () => Promise<Snapshot | undefined>): void {
  function gauge<T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    fill: (s: Snapshot, set: Set<T>) => void,
  ) {
    new Gauge({
      name: `tributary_${name}`,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const found = await snapshot();
        // What is not known is not shown, rather than as it was.
        this.reset();
        if (labelNames.length === 0) this.remove();
        if (found) fill(found, (labels, value) => this.set(labels, value));
      },
    });
  }

  gauge(
    'partition_oldest_waiting_seconds',
    'Age of the oldest batch that waits or is in work.',
    ['partition'],
    (s, set) => {
      for (const [partition, { oldest }] of byPartition(s)) set({ partition }, Math.max(0, (s.at - oldest) / 1000));
    },
  );
  gauge('partition_waiting_events', 'Events from outside that wait or are in work.', ['partition'], (s, set) => {
    for (const [partition, { events }] of byPartition(s)) set({ partition }, events);
  });
  gauge('partition_waiting_batches', 'Batches that wait or are in work.', ['partition'], (s, set) => {
    for (const [partition, { batches }] of byPartition(s)) set({ partition }, batches);
  });
  gauge('queue_used_bytes', 'Bytes that the queue takes.', [], (s, set) => {
    if (s.pressure) set({}, s.pressure.usedBytes);
  });
  gauge('queue_max_bytes', 'Bytes that the queue may take; from 70 % on, events are refused.', [], (s, set) => {
    if (s.pressure) set({}, s.pressure.maxBytes);
  });
  gauge('server_up', 'Whether queue and store take a write.', ['server'], ({ health }, set) => {
    for (const server of ['queue', 'store'] as const) set({ server }, health?.[server].ok ? 1 : 0);
  });
  gauge('server_check_seconds', 'How long a write to queue and store took.', ['server'], ({ health }, set) => {
    for (const server of ['queue', 'store'] as const) {
      const ms = health?.[server].ms;
      if (ms !== undefined) set({ server }, ms / 1000);
    }
  });
  gauge('processes', 'Processes whose last heartbeat is younger than 20 s.', ['role'], ({ health }, set) => {
    if (!health?.store.ok) return;
    const living = health.workers.filter(isLiving);
    for (const role of ROLES) set({ role }, living.filter(({ roles }) => roles.includes(role)).length);
  });
}

interface Backlog {
  oldest: number;
  events: number;
  batches: number;
}

/** Every partition has a value, also an empty one: an absent series is not a zero. */
function byPartition({ waiting, partitions, at }: Snapshot): Map<number, Backlog> {
  const found = new Map<number, Backlog>();
  if (!waiting) return found;
  for (let n = 0; n < partitions; n++) found.set(n, { oldest: at, events: 0, batches: 0 });
  for (const { partition, createdAt, events } of waiting) {
    const backlog = found.get(partition) as Backlog;
    backlog.oldest = Math.min(backlog.oldest, createdAt);
    backlog.events += events;
    backlog.batches++;
  }
  return found;
}
