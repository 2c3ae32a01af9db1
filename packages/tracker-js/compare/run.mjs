// Compares the tracker with others: node packages/tracker-js/compare/run.mjs
// COMPARE_VISITS=300 COMPARE_OUTAGE=60 is the long form; COMPARE_ONLY=Jitsu,Tributary tries some, and writes nothing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newVisitor } from './browser.mjs';
import { CASES, startTime } from './cases.mjs';
import { serve, startCollector } from './collector.mjs';
import { report } from './report.mjs';

const here = import.meta.dirname;
if (!existsSync(join(here, 'node_modules')))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
const { trackers } = await import('./trackers.mjs');

const visits = Number(process.env.COMPARE_VISITS ?? 50);
const outage = Number(process.env.COMPARE_OUTAGE ?? 30);
const only = process.env.COMPARE_ONLY?.split(',');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Pages with one tracker in them. */
async function startSite(tracker, collector) {
  const elsewhere = await serve(
    async (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('Elsewhere'),
  );
  const away = `http://localhost:${elsewhere.port}/`;
  const head = `<script>window.collector = '${collector.origin}'</script>
    <script src="/tracker.js" data-key="demo" data-endpoint="${collector.origin}"></script><script>${tracker.after}</script>`;
  const bounce = `<script>emit(location.search.slice(1), {}); setTimeout(() => { location.href = '${away}' }, 50)</script>`;
  const pages = { '/': head, '/bounce': head + bounce, '/empty': '' };
  const site = await serve(async ({ url }, response) => {
    const path = url.split('?')[0];
    if (path === '/tracker.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=3600' }).end(tracker.code);
    } else {
      response.writeHead(path in pages ? 200 : 404, { 'content-type': 'text/html' });
      response.end(`<!doctype html><title>Page</title>${pages[path] ?? ''}`);
    }
  });
  return {
    url: `http://127.0.0.1:${site.port}`,
    elsewhere: away,
    close: () => Promise.all([site.close(), elsewhere.close()]),
  };
}

async function measure(tracker) {
  const result = { ...tracker, cases: {}, repeats: 0, preflights: 0 };
  for (const one of [...CASES, undefined]) {
    const collector = await startCollector();
    const site = await startSite(tracker, collector);
    const visitor = await newVisitor(executablePath);
    result.chromium = visitor.version;
    const stage = { site, visitor, collector, tracker, visits, outage };
    if (!one) result.start = await startTime(stage);
    else {
      result.cases[one.id] = await one.run(stage).catch((error) => ({ error: String(error) }));
      result.repeats += [...collector.state.arrived.values()].filter((times) => times > 1).length;
      result.preflights += collector.state.preflights;
      console.log(tracker.title, one.id, JSON.stringify(result.cases[one.id]));
    }
    await visitor.close();
    await Promise.all([site.close(), collector.close()]);
  }
  console.log(tracker.title, `${result.size} bytes`, `${result.start.toFixed(1)} ms`);
  return result;
}

const results = [];
for (const tracker of await trackers()) {
  if (!only || only.includes(tracker.title)) results.push(await measure(tracker));
}
if (!only) {
  const date = new Date().toISOString().slice(0, 10);
  const page = report({ results, cases: CASES, visits, outage, chromium: results[0].chromium, date });
  await writeFile(join(here, '..', '..', '..', 'docs', 'tracker-comparison.md'), page);
}
