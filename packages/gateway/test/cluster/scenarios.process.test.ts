import { describe, expect, it } from 'vitest';
import { cluster } from '../../src/proof/scenarios/cluster.ts';
import { pick, playScenarios } from '../proof/play-scenarios.ts';

describe('gateways in processes of their own on one real Redis', () => {
  it('I4 D8 D5 a node is killed, and a store is wiped: clients go on, or are told what is gone', async () => {
    const quick = [
      'cluster/resumes-on-another-node-from-a-killed-one',
      'cluster/a-wiped-store-is-told',
    ];
    const verdicts = await playScenarios(pick(cluster, quick));
    expect(Object.fromEntries(verdicts)).toEqual(
      Object.fromEntries(quick.map((name) => [name, { outcome: 'passed' }])),
    );
  });
});
