import { definePlugin, type Json, Type } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../events/batch.js';
import type { Store } from '../storage/port.js';
import { HELD, pipelineBench } from '../testing/bench.js';
import { Crash, onCrashPoint } from '../testing/hooks.js';
import { tell } from '../testing/plugins.js';
import { onEachStore } from '../testing/stores.js';

const bump = definePlugin({
  name: 'bump',
  version: '1.0.0',
  title: 'Bump',
  config: Type.Object({}),
  ports: ['out'],
  run({ profile }) {
    profile.increment('bumps', 1);
    return 'out';
  },
});

const AT = '2026-03-01T10:00:00.000Z';
let n = 0;
const call = (type: string, who: { [id: string]: string }, more: { [key: string]: Json } = {}): Json => ({
  type,
  timestamp: AT,
  messageId: `m${n++}`,
  ...(type === 'track' && { event: 'e' }),
  ...who,
  ...more,
});

/** Batches of three partitions: a device that changes hands, merges within and across, a repeat, a bad event. */
const WORK: { partition: number; calls: Json[] }[] = [
  {
    partition: 0,
    calls: [call('track', { anonymousId: 'd1' }), call('identify', { anonymousId: 'd1', userId: 'u1' })],
  },
  { partition: 1, calls: [call('track', { anonymousId: 'd2' }), call('track', { anonymousId: 'd2' })] },
  {
    partition: 1,
    calls: [
      call('identify', { anonymousId: 'd2', userId: 'u1' }, { traits: { email: 'a@b.example' } }),
      call('track', { anonymousId: 'd2' }),
      call('identify', { anonymousId: 'd2', userId: 'u2' }),
      call('track', { anonymousId: 'd2' }),
    ],
  },
  { partition: 2, calls: [call('track', { userId: 'u3' }), { type: 'track', userId: 'u3', messageId: 'bad' }] },
  { partition: 2, calls: [call('alias', { userId: 'u3' }, { previousId: 'u2' }), call('track', { userId: 'u3' })] },
];
(WORK[4] as { calls: Json[] }).calls.push((WORK[0] as { calls: Json[] }).calls[0] as Json);

/** Runs the work on a fresh store and dies at the `at`-th crash point; whatever died is begun again. */
async function run(store: Store, at: number): Promise<{ state: unknown; points: string[] }> {
  const bench = await pipelineBench({ plugins: [tell, bump], store });
  const nodes = { b: { plugin: 'bump@1.0.0', config: {} }, t: { plugin: 'tell@1.0.0', config: {} } };
  const edges = [
    { from: 'trigger', to: 'b' },
    { from: 'b', to: 't' },
  ];
  await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges });
  const points: string[] = [];
  onCrashPoint((name) => {
    points.push(name);
    if (points.length === at) throw new Crash(name);
  });
  try {
    for (const { partition, calls } of WORK) {
      const batch: Batch = bench.batch(calls, { partition });
      for (let attempt = 1; ; attempt++) {
        const died = await bench.process(batch, { ...HELD, attempt }).then(
          () => false,
          (error) => {
            if (error instanceof Crash) return true;
            throw error;
          },
        );
        if (!died) break;
      }
    }
  } finally {
    onCrashPoint(undefined);
  }
  return { state: await stateOf(bench), points };
}

async function stateOf(bench: Awaited<ReturnType<typeof pipelineBench>>) {
  const people = [];
  for (const key of ['anonymousId:d1', 'anonymousId:d2', 'userId:u1', 'userId:u2', 'userId:u3', 'email:a@b.example']) {
    const profile = await bench.profiles.byIdentifier(key);
    if (!profile) throw new Error(`no profile of ${key}`);
    const { items } = await bench.profiles.events(profile.id, { limit: 100 });
    people.push({
      key,
      identifiers: profile.identifiers.map((i) => `${i.type}:${i.value}`).sort(),
      bumps: profile.traits.bumps?.value,
      events: Object.entries(profile.events)
        .map(([name, { days }]) => [name, Object.values(days)])
        .sort(),
      sessions: Object.values(profile.sessions.days),
      timeline: items.map((item) => item.event.messageId).sort(),
    });
  }
  const { items: deliveries } = await bench.store.listDeliveries({ limit: 100 });
  const { items: quarantine } = await bench.store.listQuarantine({ limit: 100 });
  const { counts, accepted, nodes } = await bench.store.accounting();
  return {
    people,
    deliveries: deliveries.map((row) => row.id).sort(),
    quarantine: quarantine.length,
    counts,
    accepted,
    nodes,
  };
}

describe('a crash at any line', () => {
  onEachStore((fresh) => {
    it('comes to the same outcome whichever line a worker dies at', { timeout: 600_000 }, async () => {
      const whole = await run(await fresh(), 0);
      expect(whole.state).toMatchObject({ quarantine: 1, counts: { applied: 11, duplicate: 1, quarantined: 1 } });
      expect(new Set(whole.points).size).toBeGreaterThan(12);
      for (let at = 1; at <= whole.points.length; at++) {
        const crashed = await run(await fresh(), at);
        expect(crashed.state, `died at ${at}: ${whole.points[at - 1]}`).toEqual(whole.state);
      }
    });
  });
});
