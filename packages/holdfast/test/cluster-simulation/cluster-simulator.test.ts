import { describe, expect, it } from 'vitest';
import { clusterFaultKinds } from '../../src/testing/cluster-simulation/cluster-scenario.ts';
import {
  clusterReplayCommand,
  replayCluster,
  simulateCluster,
} from '../../src/testing/cluster-simulator.ts';
import { runClusterSeeds } from './run-cluster-seeds.ts';

describe('the simulator of a cluster', () => {
  it('gives the same run for the same seed', async () => {
    const lines: [string[], string[]] = [[], []];
    const one = await simulateCluster({ seed: 8, rounds: 1, trace: (line) => lines[0].push(line) });
    const other = await simulateCluster({
      seed: 8,
      rounds: 1,
      trace: (line) => lines[1].push(line),
    });
    expect(lines[1]).toEqual(lines[0]);
    expect(other).toEqual(one);
    expect(lines[0].length).toBeGreaterThan(500);
  });

  it('gives another run for another seed', async () => {
    const one = await simulateCluster({ seed: 9, rounds: 1 });
    const other = await simulateCluster({ seed: 10, rounds: 1 });
    expect(other.counts).not.toEqual(one.counts);
  });

  it('meets every failure and every way to end, so that a check it passes means something', async () => {
    const counts = await runClusterSeeds({ first: 501, count: 30 });
    const ends = ['client-close', 'connection-lost', 'no-pong', 'superseded', 'evicted'];
    const orders = ['admin', 'revoked', 'shutdown'];
    for (const cause of [...ends, ...orders])
      expect({ [cause]: counts[`closed: ${cause}`] ?? 0 }).not.toEqual({ [cause]: 0 });
    for (const kind of clusterFaultKinds)
      expect({ [kind]: counts[`fault: ${kind}`] ?? 0 }).not.toEqual({ [kind]: 0 });
    const told = [
      'refused',
      'limitHit',
      'storeAway',
      'storeBack',
      'repaired',
      'joined',
      'broadcast',
    ];
    const published = ['published: queued', 'published: delivered', 'resumed'];
    for (const event of [...told, ...published])
      expect({ [event]: counts[event] ?? 0 }).not.toEqual({ [event]: 0 });
  }, 120_000);

  it('has clients that read a whole replay at once ack it a few at a time, so that none is ended for its rate', async () => {
    const counts = await runClusterSeeds({ first: 1_311, count: 1, rounds: 2 });
    expect(counts['closed: message-rate']).toBeUndefined();
  });

  it('names the command that runs a seed again, and tells nothing of a seed in which all is well', async () => {
    expect(clusterReplayCommand({ seed: 7, rounds: 2 })).toBe(
      'npm run simulate -- --nodes --seed 7 --rounds 2',
    );
    expect(await replayCluster({ seed: 8, rounds: 1 })).toBe('');
  });
});
