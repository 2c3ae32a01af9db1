import { need, startMongo, startPostgres, startRedis, type TestServer } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAKS, broken } from './oracle/breaks.js';
import { judge } from './oracle/judge.js';
import { type Outcome, run } from './run/run.js';
import { makeWorkload } from './workload/workload.js';

// The workers are the built program: `npm test` builds it first.
// CI judges a change by the same workload as the one before; by hand each run is a new one.
const seed = Number(process.env.KILL_SEED ?? (process.env.CI ? 246_087 : Date.now() % 1_000_000));
const events = Number(process.env.KILL_EVENTS ?? 10_000);
const people = Math.min(500, Math.ceil(events / 20));
const repeat = `KILL_SEED=${seed} KILL_EVENTS=${events} npx vitest run e2e/kill`;

const needed = { postgres: need('redis', 'postgres'), mongo: need('redis', 'mongo') };

describe('workers that are killed at any moment', () => {
  const open: Pick<TestServer, 'stop'>[] = [];
  afterAll(async () => {
    for (const server of open) await server.stop();
  });

  for (const name of ['postgres', 'mongo'] as const) {
    describe.skipIf(!needed[name].ok)(`on Redis and ${name}`, () => onStore(name));
  }

  function onStore(name: 'postgres' | 'mongo') {
    let outcome: Outcome;
    const workload = makeWorkload({ seed, events, people });

    beforeAll(async () => {
      const redis = await startRedis();
      open.push(redis);
      const database = name === 'mongo' ? await startMongo() : await startPostgres();
      open.push(database);
      const store = { name, url: await database.createDatabase() };
      outcome = await run({ redisUrl: redis.url, store }, workload);
      console.info(`kill test on ${redis.name} and ${database.name}, ${outcome.report}`);
    }, 600_000);

    it('break no promise', () => {
      const { observed, again } = outcome;
      // To see a failure with your own eyes: KILL_BREAK='an event is lost'.
      const broke = process.env.KILL_BREAK;
      const findings = broke ? judge(workload.sent, broken(observed, broke), again) : outcome.findings;
      const shown = findings.slice(0, 20).map(({ promise, what }) => `${promise}: ${what}`);
      expect(shown, `${findings.length} findings; again: ${repeat}\n${outcome.report}`).toEqual([]);
    });

    it.each(Object.entries(BREAKS))('would not have gone unnoticed if %s', (way, { promise }) => {
      const before = new Set(outcome.findings.map(({ what }) => what));
      const findings = judge(workload.sent, broken(outcome.observed, way), outcome.again);
      const news = findings.filter(({ what }) => !before.has(what));
      expect(news.map((finding) => finding.promise)).toContain(promise);
    });
  }
});
