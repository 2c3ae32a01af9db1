import { defineConfig } from 'vitest/config';

const unit = [
  'packages/**/src/**/*.test.ts',
  'bench/src/*/*.test.ts',
  'examples/**/*.test.ts',
  'scripts/**/*.test.mjs',
];
// Two dozen deployments one after the other: some minutes, by a command of its own (docs/performance.md).
const bench = process.env.TRIBUTARY_BENCH_TEST ? ['bench/src/bench.test.ts'] : [];
const e2e = [
  ...bench,
  'e2e/**/*.test.ts',
  'packages/**/src/**/*.e2e.test.ts',
  'fuzz/src/**/*.test.ts',
  'chaos/src/**/*.test.ts',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['@tributary/source'] } },
  resolve: { conditions: ['@tributary/source'] },
  test: {
    // The servers that tests start want processors too.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          exclude: [...e2e, '**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2e,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // One at a time, and after the others: these run whole deployments and look at their times.
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
