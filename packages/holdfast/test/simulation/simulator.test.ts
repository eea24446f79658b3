import { describe, expect, it } from 'vitest';
import { faultKinds } from '../../src/testing/simulation/scenario.ts';
import { replay, replayCommand, simulate } from '../../src/testing/simulator.ts';
import { withMutant } from '../mutants.ts';
import type * as Simulator from '../../src/testing/simulator.ts';
import { simulatorMutants } from './mutants-of-simulator.ts';
import { runSeeds } from './run-seeds.ts';

describe('the simulator', () => {
  it('gives the same run for the same seed', async () => {
    const lines: [string[], string[]] = [[], []];
    const one = await simulate({ seed: 7, minutes: 5, trace: (line) => lines[0].push(line) });
    const other = await simulate({ seed: 7, minutes: 5, trace: (line) => lines[1].push(line) });
    expect(other).toEqual(one);
    expect(lines[1]).toEqual(lines[0]);
    expect(lines[0].length).toBeGreaterThan(100);
  });

  it('gives another run for another seed', async () => {
    const one = await simulate({ seed: 8, minutes: 5 });
    const other = await simulate({ seed: 9, minutes: 5 });
    expect(other.counts).not.toEqual(one.counts);
  });

  it('meets every way to end, to be refused and to lose an event, so that a check it passes means something', async () => {
    const counts = await runSeeds({ first: 501, count: 30 });
    const ends = ['client-close', 'connection-lost', 'invalid-frame', 'too-big', 'bad-frame'];
    const deaths = ['no-pong', 'transport-closed', 'open-timeout'];
    const orders = ['message-rate', 'slow', 'evicted', 'admin', 'revoked', 'released', 'failed'];
    const tokens = ['refreshed', 'refreshRefused', 'turnedAway', 'ticketIgnored'];
    for (const cause of [...ends, ...deaths, ...orders, 'token-expired', 'shutdown']) {
      expect({ [cause]: counts[`closed: ${cause}`] ?? 0 }).not.toEqual({ [cause]: 0 });
    }
    const others = ['refused', 'limitHit', 'pressureReaped', 'gapTold', 'lost', 'stalled', 'swept'];
    for (const event of [
      ...others,
      ...tokens,
      'sweepFailed',
      'fault',
      'unknownHandle',
      'limitSet',
      'reaped',
    ]) {
      expect({ [event]: counts[event] ?? 0 }).not.toEqual({ [event]: 0 });
    }
  }, 120_000);

  it('can be spared any kind of failure', async () => {
    for (const kind of faultKinds) {
      const faults = faultKinds.filter((other) => other !== kind);
      const { violation } = await simulate({ seed: 3, minutes: 2, faults });
      expect({ kind, violation }).toEqual({ kind, violation: null });
    }
    const calm = await simulate({ seed: 3, minutes: 5, faults: [] });
    expect(calm.violation).toBeNull();
    expect(calm.counts['fault'] ?? 0).toBe(0);
  });

  it('holds the settings it is given', async () => {
    const lines: string[] = [];
    const settings = { maxSessionsPerUser: 3, userConnectRate: null };
    await simulate({ seed: 4, minutes: 3, settings, trace: (line) => lines.push(line) });
    expect(lines.join('\n')).toMatch(/ of 3: opened/);
  });

  it('tells of a failing run what led to it and the one command that repeats it', async () => {
    const mutant = simulatorMutants.find(({ name }) => name.startsWith('one session too many'));
    if (mutant === undefined) throw new Error('There is no such mutant.');
    const told = await withMutant(mutant, async (load) => {
      const { replay: replayMutant } = (await load('testing/simulator.ts')) as typeof Simulator;
      return replayMutant({ seed: 1, minutes: 30 });
    });
    expect(told).toMatch(/^I1 does not hold at \d+\.\d{3} s of seed 1: /);
    expect(told).toContain('what led to it:\n');
    expect(told).toContain(replayCommand({ seed: 1, minutes: 30 }));
  });

  it('has nothing to tell of a run in which all holds', async () => {
    expect(await replay({ seed: 1, minutes: 1 })).toBe('');
  });
});
