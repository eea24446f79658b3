import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ComparedPort, expectedFailures } from '../src/expected/expected-failures.ts';
import { chooseScenarios } from '../src/scenarios/choose-scenarios.ts';
import { playScenarios } from '../src/scenarios/play-scenarios.ts';
import { systems } from '../src/systems/systems.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiler = path.join(
  path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);
const ports = Object.keys(expectedFailures) as ComparedPort[];

/** The ports run from their compiled form. */
beforeAll(() => {
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'compare'], { cwd: root });
  if (status !== 0)
    throw new Error('Expected compare/ to compile. Run: npm run compare -- --quick');
});

describe.each(ports)('the scenarios of verify against %s', (name) => {
  it('fail just where it is written down, each by a failure mode, and nowhere else', async () => {
    const system = systems.find((one) => one.name === name)!;
    const scenarios = chooseScenarios(false);
    const played = await playScenarios(system, {
      scenarios,
      seed: 1,
      runStartedAtMs: performance.now(),
    });
    const byChance = expectedFailures[name].filter(({ isByChance }) => isByChance === true);
    const failed = played
      .filter((one) => one.verdict.outcome === 'failed')
      .filter((one) => !byChance.some(({ scenario }) => scenario === one.name));
    const expected = expectedFailures[name].filter(({ isByChance }) => isByChance !== true);
    expect(failed.map((one) => one.name).toSorted()).toEqual(
      expected.map(({ scenario }) => scenario).toSorted(),
    );
  });
});

describe('what is written down about the ports', () => {
  it('names scenarios that there are, each once', () => {
    const names = chooseScenarios(false).map((one) => one.name);
    for (const name of ports) {
      const listed = expectedFailures[name].map((one) => one.scenario);
      expect(listed.filter((one) => !names.includes(one))).toEqual([]);
      expect(new Set(listed).size).toBe(listed.length);
    }
  });
});
