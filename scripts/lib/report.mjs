import { relative } from 'node:path';

/**
 * Counts the tests of a Vitest JSON report. A file that failed before its tests could run has no test that failed: it
 * counts as one.
 */
export function count(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed++;
  }
  return counts;
}

/**
 * The groups that were left out, a sentence each. `skips` are the lines that `need` of @tributary/testing wrote:
 * which file lacked what.
 */
export function leftOut(report, skips, root) {
  const groups = new Map();
  for (const file of report.testResults) {
    for (const { status, ancestorTitles, title } of file.assertionResults) {
      if (status === 'passed' || status === 'failed') continue;
      const name = ancestorTitles.filter(Boolean)[0] ?? title;
      const key = `${name}\0${file.name}`;
      groups.set(key, (groups.get(key) ?? 0) + 1);
    }
  }
  return [...groups].map(([key, tests]) => {
    const [name, file] = key.split('\0');
    const needs = new Set(skips.filter((skip) => skip.file === file).flatMap((skip) => skip.needs));
    const why = needs.size > 0 ? `needs ${[...needs].join('; ')}` : 'skipped in its file';
    return `${name} (${why}; ${tests} ${tests === 1 ? 'test' : 'tests'} in ${relative(root, file)})`;
  });
}
