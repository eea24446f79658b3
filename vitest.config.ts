import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root: string = fileURLToPath(new URL('.', import.meta.url));

interface ExportsField {
  [subPath: string]: string | null | { types: string; default: string };
}

/**
 * The library under its public names, read from its `exports` and turned back to the source files,
 * so that no test runs a stale build. (Tests that start the `holdfast` command run the build, which
 * the test script brings up to date first.)
 */
function libraryAliases(): { find: RegExp; replacement: string }[] {
  const folder = path.join(root, 'packages/holdfast');
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    exports: ExportsField;
  };
  return Object.entries(manifest.exports).flatMap(([subPath, target]) => {
    if (target === null || typeof target === 'string') return [];
    const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    const name = `holdfast${subPath.slice(1)}`;
    return [{ find: new RegExp(`^${name}$`), replacement: path.join(folder, source) }];
  });
}

const folders = '{packages/*,examples/*,compare}/test/**';
const everyTest = `${folders}/*.test.ts`;
const slower = ['clients', 'process', 'long', 'release'].map(
  (tier) => `${folders}/*.${tier}.test.ts`,
);

/** What all groups share; `--expose-gc` lets a test measure what stays in memory. */
const shared = {
  root,
  pool: 'forks' as const,
  execArgv: ['--expose-gc'],
  restoreMocks: true,
};

/** Tests that measure time or load run one file at a time, with nothing beside them. */
const alone = { ...shared, fileParallelism: false, maxWorkers: 1 };

/** The tests that take longest: simulated worlds, and clients whose servers go and come back. */
const longest = /\/simulation\/|\/(agent-chat|client|cuts|chat)\.clients\./;

/** Begins with the longest of each group, so that no core is idle at its end: without times of an earlier run it is by size. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the order of a sequencer, which is no array
    const bySize = await super.sort(files);
    return bySize.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const group = project.config.sequence.groupOrder ?? 0;
  return 2 * group + (longest.test(moduleId) ? 0 : 1);
}

/** Where to leave a machine-readable account of the run, if anywhere. */
const reportFile: string | undefined = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    allowOnly: false,
    sequence: { sequencer: LongestFirst },
    reporters: reportFile ? ['default', ['json', { outputFile: reportFile }]] : ['default'],
    coverage: { include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
    projects: [
      {
        resolve: { alias: libraryAliases() },
        test: {
          ...shared,
          name: 'unit',
          include: [everyTest],
          exclude: slower,
          // By default one core is left idle, which on two cores is half of them.
          maxWorkers: '100%',
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias: libraryAliases() },
        // Clients and commands against real servers: they wait most of the time, and measure none, so two share a core.
        test: {
          ...shared,
          name: 'clients',
          include: [`${folders}/*.clients.test.ts`],
          maxWorkers: 2 * availableParallelism(),
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias: libraryAliases() },
        test: {
          ...alone,
          name: 'process',
          include: [`${folders}/*.process.test.ts`],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve: { alias: libraryAliases() },
        test: {
          ...alone,
          name: 'long',
          include: [`${folders}/*.long.test.ts`],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        resolve: { alias: libraryAliases() },
        test: {
          ...alone,
          name: 'release',
          include: [`${folders}/*.release.test.ts`],
          testTimeout: 36_000_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
