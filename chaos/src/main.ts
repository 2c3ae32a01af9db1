import { writeFileSync } from 'node:fs';
import { mutateAll } from './mutations/mutate.js';
import { readOptions, USAGE } from './options.js';
import { writeDocument } from './report/document.js';
import { printReport } from './report/print.js';
import { runChaos } from './run/chaos.js';
import { shrinkRun } from './smaller/shrink-run.js';

// An end by a signal is an end as well, and a second one must not cut it short: the processes that were started go with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

try {
  const { stores, json, mutations, document, shrink, runs, tries, ...options } = readOptions(process.argv.slice(2));
  if (mutations) process.exit((await mutateAll((line) => console.log(line))) ? 0 : 1);
  const reports = [];
  for (const store of stores) {
    const begun = Date.now();
    const say = (text: string) => console.log(`  ${((Date.now() - begun) / 1_000).toFixed(0).padStart(5)} s  ${text}`);
    console.log(`${store}, seed ${options.seed}, ${options.events} events of ${options.people} people`);
    const run = { ...options, store };
    const report = await runChaos({ ...run, progress: say });
    printReport(report);
    if (document) writeDocument(report);
    const { evidence: _, ...paper } = report;
    const smallest = shrink && (await shrinkRun(run, report, { runs, tries, say }));
    reports.push({ ...paper, ...(smallest && { smallest }) });
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(reports, null, 2)}\n`);
  process.exit(reports.every(({ findings }) => findings.length === 0) ? 0 : 1);
} catch (error) {
  const mistake = error instanceof Error && /^--|option|argument/.test(error.message);
  console.error(mistake ? `${error.message}\n\n${USAGE}` : error);
  process.exit(2);
}
