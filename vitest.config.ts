import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@tributary/source'] } },
  resolve: { conditions: ['@tributary/source'] },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
