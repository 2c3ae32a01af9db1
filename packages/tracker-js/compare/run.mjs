// Compares the tracker with others: node packages/tracker-js/compare/run.mjs
// COMPARE_VISITS=300 COMPARE_OUTAGE=60 is the long form; COMPARE_ONLY=Jitsu,Tributary and COMPARE_CASES=tabs,csp try some, and write nothing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { newVisitor } from './browser.mjs';
import { CASES, startTime } from './cases.mjs';
import { repeats, startCollector } from './collector.mjs';
import { MORE_CASES } from './more-cases.mjs';
import { report } from './report.mjs';
import { startSite } from './site.mjs';

const here = import.meta.dirname;
if (!existsSync(join(here, 'node_modules')))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
const { trackers } = await import('./trackers.mjs');

const visits = Number(process.env.COMPARE_VISITS ?? 50);
const outage = Number(process.env.COMPARE_OUTAGE ?? 30);
const only = process.env.COMPARE_ONLY?.split(',');
const some = process.env.COMPARE_CASES?.split(',');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

async function measure(tracker) {
  const result = { ...tracker, cases: {}, repeats: { before: 0, after: 0 }, preflights: 0 };
  for (const one of [...CASES, ...MORE_CASES].filter(({ id }) => !some || some.includes(id)).concat(undefined)) {
    const collector = await startCollector();
    const site = await startSite(tracker, collector);
    const visitor = await newVisitor(executablePath);
    result.chromium = visitor.version;
    const stage = { site, visitor, collector, tracker, visits, outage };
    if (!one) result.start = await startTime(stage);
    else {
      result.cases[one.id] = await one.run(stage).catch((error) => ({ error: String(error) }));
      const { before, after } = repeats(collector.state);
      result.repeats.before += before;
      result.repeats.after += after;
      result.preflights += collector.state.preflights;
      console.log(tracker.title, one.id, JSON.stringify(result.cases[one.id]));
    }
    await visitor.close();
    await Promise.all([site.close(), collector.close()]);
  }
  console.log(tracker.title, `${result.size} bytes`, `${result.start.toFixed(1)} ms`);
  return result;
}

const began = loadavg();
const minutes = performance.now();
const results = [];
for (const tracker of await trackers()) {
  if (!only || only.includes(tracker.title)) results.push(await measure(tracker));
}
if (!only && !some) {
  const date = new Date().toISOString().slice(0, 10);
  const load = [began, loadavg()];
  const took = Math.round((performance.now() - minutes) / 60_000);
  const chromium = results[0].chromium;
  const page = report({ results, cases: CASES, more: MORE_CASES, visits, outage, chromium, date, load, took });
  await writeFile(join(here, '..', '..', '..', 'docs', 'tracker-comparison.md'), page);
}
