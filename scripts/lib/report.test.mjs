import { expect, it } from 'vitest';
import { count, leftOut } from './report.mjs';

const test = (status, group = 'a group') => ({ status, title: 'a test', ancestorTitles: [group] });
const file = (name, status, ...assertionResults) => ({ name: `/repo/${name}`, status, assertionResults });

it('counts tests, and a file that failed before its tests as one', () => {
  const report = {
    testResults: [
      file('a.test.ts', 'failed', test('passed'), test('failed'), test('skipped')),
      file('b.test.ts', 'failed'),
      file('c.test.ts', 'passed', test('passed'), test('todo'), test('pending')),
    ],
  };
  expect(count(report)).toEqual({ passed: 2, failed: 2, skipped: 3 });
});

it('fails a file whose hook failed after its tests had passed', () => {
  expect(count({ testResults: [file('a.test.ts', 'failed', test('passed'))] })).toMatchObject({ passed: 1, failed: 1 });
});

it('names each group that was left out, with what it needs', () => {
  const skipped = file('a.test.ts', 'passed', test('passed', 'the first'), test('skipped'), test('skipped'));
  const report = { testResults: [skipped, file('b.test.ts', 'passed', test('skipped', 'another'))] };
  const skips = [{ file: '/repo/a.test.ts', needs: ['redis-server'] }];
  expect(leftOut(report, skips, '/repo')).toEqual([
    'a group (needs redis-server; 2 tests in a.test.ts)',
    'another (skipped in its file; 1 test in b.test.ts)',
  ]);
});
