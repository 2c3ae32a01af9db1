import { need } from '@tributary/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoreName } from './deployment/servers.js';
import type { FaultName } from './faults/faults.js';
import { BREAKS, broken } from './oracle/breaks.js';
import { judge } from './oracle/judge.js';
import { telling } from './report/print.js';
import { buildSuite } from './run/build.js';
import { type Report, runChaos } from './run/chaos.js';

// The processes are the built program: `npm test` builds it first.
// CI judges a change by the same workload as the one before; by hand each run is a new one.
const seed = Number(process.env.CHAOS_SEED ?? (process.env.CI ? 246_087 : Date.now() % 1_000_000));
const events = Number(process.env.CHAOS_EVENTS ?? 4_000);
const people = Math.min(2_000, Math.ceil(events / 20));

/** Every crash point, and of the other faults those that are over soon: `pnpm chaos` does all of them. */
const faults: readonly FaultName[] = [
  ...(['kill-all', 'kill-supervised', 'stop-worker', 'stop-all', 'stall-worker', 'block-worker'] as const),
  ...(['queue-kill', 'queue-cut', 'store-kill', 'store-stop', 'store-cut'] as const),
  ...(['hook-500', 'hook-429', 'clock-back', 'disk-full', 'poison'] as const),
];
/** Once every point was met, a round that has no fault is over at once. */
const rounds = 36;

const needed = { postgres: need('redis', 'postgres'), mongo: need('redis', 'mongo'), embedded: need() };

describe('processes that die at every line where it hurts, and all that can go wrong around them', () => {
  beforeAll(buildSuite);

  for (const store of ['postgres', 'mongo', 'embedded'] as const) {
    describe.skipIf(!needed[store].ok)(`on the store ${store}`, () => onStore(store));
  }

  function onStore(store: StoreName) {
    let report: Report;

    beforeAll(async () => {
      report = await runChaos({ seed, events, people, store, faults, rounds });
      const { evidence: _, promises: __, findings: ___, ...told } = report;
      console.info(`chaos on ${store}: ${JSON.stringify(told)}`);
    }, 600_000);

    it('break no promise', () => {
      const { findings, surprises, words, command } = report;
      const told = [`${findings.length} findings; again: ${command}`, ...surprises, ...words].join('\n');
      expect(telling(findings), told).toEqual([]);
    });

    it.each(Object.entries(BREAKS))('would not have gone unnoticed if %s', (way, { promise }) => {
      const { workload, observed, again } = report.evidence;
      const before = new Set(report.findings.map(({ what }) => what));
      const findings = judge(workload.sent, broken(observed, way), again);
      const news = findings.filter(({ what }) => !before.has(what));
      expect(news.map((finding) => finding.promise)).toContain(promise);
    });
  }
});
