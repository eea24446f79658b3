import { defineConfig } from 'vitest/config';

/** The tests that mutants of the core are held against: its own, without those that read the text of the source. */
export default defineConfig({
  test: {
    include: ['packages/holdfast/test/core/*.test.ts'],
    pool: 'threads',
    testTimeout: 60_000,
    testNamePattern: /^(?!.*has a default in the source)/,
  },
});
