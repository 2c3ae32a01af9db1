import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, leftOut } from './lib/report.mjs';
import { main, root } from './lib/run.mjs';
import { prepare } from './prepare.mjs';

const inCi = !['', '0', 'false', undefined].includes(process.env.CI);

await main(async () => {
  await prepare();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-report-'));
  const [reportFile, skipsFile] = [join(folder, 'report.json'), join(folder, 'skips.jsonl')];
  try {
    const code = await vitest(reportFile, skipsFile);
    const report = readJson(reportFile);
    const counts = count(report);
    for (const group of leftOut(report, readLines(skipsFile), root)) console.log(`left out: ${group}`);
    // An error outside of any test fails the run, and no test is there to count it.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    if (counts.passed + counts.failed === 0) console.log('No test ran: the filter fits none, or all were left out.');
    if (inCi && counts.skipped > 0) console.log('With CI set nothing may be left out.');
    const good = counts.failed === 0 && counts.passed > 0 && !(inCi && counts.skipped > 0);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    process.exitCode = good ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function vitest(reportFile, skipsFile) {
  const args = ['run', ...process.argv.slice(2)];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args, ...reporters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TRIBUTARY_SKIPS: skipsFile },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

function readLines(file) {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}
