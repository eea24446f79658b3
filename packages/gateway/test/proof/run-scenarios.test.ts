import { describe, expect, it } from 'vitest';
import { CallMissing } from '../../src/proof/deployment.ts';
import { Finding, NotJudged } from '../../src/proof/finding.ts';
import {
  type RunPlan,
  type RunProgress,
  runScenarios,
} from '../../src/proof/scenarios/run-scenarios.ts';
import type { Scenario } from '../../src/proof/scenarios/scenario.ts';
import type { Stage } from '../../src/proof/scenarios/stage.ts';
import { fakeDeployment } from './fake-deployment.ts';

function scenario(
  name: string,
  run: (stage: Stage) => Promise<void>,
  more: Partial<Scenario> = {},
): Scenario {
  return { name, category: 'limits', claim: 'It holds.', covers: ['I1'], run, ...more };
}

const passes = scenario('limits/passes', async () => await Promise.resolve());
const finding = new Finding({ cause: 'It is broken.', expected: 'one', got: 'two' });
const fails = scenario('limits/fails', async () => await Promise.reject(finding));

function planFor(scenarios: readonly Scenario[], more: Partial<RunPlan> = {}): RunPlan {
  return {
    scenarios,
    grounds: { target: fakeDeployment().deployment, environment: null },
    seed: 1,
    repeat: 1,
    failFast: false,
    tell: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

async function refuseToStart(): Promise<never> {
  return await Promise.reject(new Error('no port'));
}

describe('a run', () => {
  it('plays all in order, each as often as it is told, and tells before and after', async () => {
    const told: string[] = [];
    const tell = (one: RunProgress): void =>
      void told.push(one.kind === 'begun' ? `${one.at}/${one.of}` : one.played.verdict.outcome);
    const run = await runScenarios(planFor([passes, fails], { repeat: 2, tell }));
    expect(told).toEqual(['1/4', 'passed', '2/4', 'failed', '3/4', 'passed', '4/4', 'failed']);
    expect(run.played.map(({ round }) => round)).toEqual([1, 1, 2, 2]);
    expect(run.isComplete).toBe(true);
  });

  it('stops at the first failure when it is told to, and is then incomplete', async () => {
    const run = await runScenarios(planFor([fails, passes], { failFast: true }));
    expect(run).toMatchObject({ isComplete: false, played: [{ name: 'limits/fails' }] });
  });

  it('keeps what a finding says: cause, expected and got', async () => {
    const { played } = await runScenarios(planFor([fails]));
    expect(played[0]?.verdict).toEqual({
      outcome: 'failed',
      cause: 'It is broken.',
      expected: 'one',
      got: 'two',
    });
  });

  it.each([
    [
      'lacks a call',
      scenario('limits/a', async () => await Promise.reject(new CallMissing('stats'))),
    ],
    [
      'cannot be judged',
      scenario('limits/b', async () => await Promise.reject(new NotJudged('Busy.'))),
    ],
    ['needs flags', scenario('limits/c', async () => await Promise.resolve(), { flags: ['--x'] })],
    [
      'needs the process',
      scenario('limits/d', async () => await Promise.resolve(), { needsHost: true }),
    ],
  ])('says not applicable, never passed, where a target %s', async (_, one) => {
    const { played } = await runScenarios(planFor([one]));
    expect(played[0]?.verdict.outcome).toBe('not-applicable');
  });

  it('knows nothing of what starts another gateway, where it has a target', async () => {
    const restarts = scenario(
      'resume/restarts',
      async (stage) => void (await stage.startOther([])),
    );
    const { played } = await runScenarios(planFor([restarts]));
    expect(played[0]?.verdict).toMatchObject({ outcome: 'not-applicable' });
  });

  it('fails a scenario whose gateway does not start, and goes on', async () => {
    const grounds = { start: refuseToStart, environment: 'test' };
    const { played, isComplete } = await runScenarios(planFor([passes, passes], { grounds }));
    expect(isComplete).toBe(true);
    expect(played.map(({ verdict }) => verdict)).toEqual([
      expect.objectContaining({ outcome: 'failed', got: 'no port' }),
      expect.objectContaining({ outcome: 'failed', got: 'no port' }),
    ]);
  });

  it('draws the same for a scenario with the same seed, whatever is played before it', async () => {
    const draws: number[] = [];
    const draw = scenario('limits/draws', async ({ random }) => {
      draws.push(random.next());
      await Promise.resolve();
    });
    await runScenarios(planFor([passes, draw]));
    await runScenarios(planFor([draw]));
    await runScenarios(planFor([draw], { seed: 2 }));
    expect(draws[0]).toBe(draws[1]);
    expect(draws[2]).not.toBe(draws[0]);
  });

  it('gives each run users of its own, also with the same seed', async () => {
    const users = new Set<string>();
    const name = scenario('limits/names', async (stage) => {
      users.add(stage.user('ann'));
      expect(stage.user('ann')).toBe(stage.user('ann'));
      await Promise.resolve();
    });
    await runScenarios(planFor([name, name]));
    await runScenarios(planFor([name]));
    expect(users.size).toBe(3);
  });
});

describe('a scenario', () => {
  it('that takes too long fails, and nothing of it stays open, nor can be opened later', async () => {
    const { deployment, clients } = fakeDeployment();
    let late: Promise<unknown> | undefined;
    const hangs = scenario(
      'limits/hangs',
      async (stage) => {
        await stage.connect({ user: 'a' });
        await new Promise((resolve) => setTimeout(resolve, 60));
        late = stage.connect({ user: 'b' });
        await late;
      },
      { withinMs: 20 },
    );
    const grounds = { target: deployment, environment: null };
    const { played } = await runScenarios(planFor([hangs], { grounds }));
    const expected = 'the scenario to end within 20 ms';
    expect(played[0]?.verdict).toMatchObject({ outcome: 'failed', expected });
    expect(clients.map(({ end }) => end?.code)).toEqual([1006]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    await expect(late).rejects.toMatchObject({ cause: 'The target left something unanswered.' });
    expect(clients).toHaveLength(1);
  });

  it('under way when the run is interrupted does not count, and what it opened is closed', async () => {
    const { deployment, clients } = fakeDeployment();
    const stopping = new AbortController();
    const waits = scenario('limits/waits', async (stage) => {
      await stage.connect({ user: 'a' });
      stopping.abort();
      await stage.pause(60_000);
    });
    const grounds = { target: deployment, environment: null };
    const { signal } = stopping;
    const run = await runScenarios(planFor([passes, waits, passes], { grounds, signal }));
    expect(run.isComplete).toBe(false);
    expect(run.played.map(({ name }) => name)).toEqual(['limits/passes']);
    expect(clients.map(({ end }) => end?.code)).toEqual([1006]);
  });

  it('does not begin when the run is interrupted while its target is asked for the limit', async () => {
    const stopping = new AbortController();
    const countOf = async (): Promise<{ count: number; limit: number; sessions: [] }> => {
      stopping.abort();
      return await Promise.resolve({ count: 0, limit: 5, sessions: [] });
    };
    const grounds = { target: fakeDeployment({ countOf }).deployment, environment: null };
    let begun = 0;
    const counts = scenario('limits/counts', async () => await Promise.resolve(void (begun += 1)));
    const run = await runScenarios(planFor([counts], { grounds, signal: stopping.signal }));
    expect(run).toEqual({ played: [], isComplete: false });
    expect(begun).toBe(0);
  });
});

describe('a scenario of several nodes', () => {
  const visits = scenario('cluster/visits', async (stage) => {
    const { nodes, store } = await stage.startCluster();
    for (const node of nodes) await stage.at(node).mustConnect({ user: stage.user('ann') });
    stage.note(`${nodes.length} nodes, ${store === null ? 'no store' : 'a store'} of its own`);
  });

  it('plays on the nodes that were given, keeps one account, and takes away what it opened on each', async () => {
    const [one, other] = [fakeDeployment(), fakeDeployment()];
    const nodes = [one.deployment, other.deployment];
    const grounds = { target: one.deployment, nodes, environment: null };
    const { played } = await runScenarios(planFor([visits], { grounds }));
    expect(played[0]).toMatchObject({
      verdict: { outcome: 'passed' },
      samples: [{ name: 'connect' }, { name: 'connect' }],
      marks: [{ what: '2 nodes, no store of its own' }],
    });
    const users = [one, other].map(({ clients }) => clients.map(({ user }) => user));
    expect(users[0]).toEqual(users[1]);
    const ends = [one, other].flatMap(({ clients }) => clients.map(({ end }) => end?.code));
    expect(ends).toEqual([1006, 1006]);
  });

  it('is not applicable where one node was given', async () => {
    const { played } = await runScenarios(planFor([visits]));
    expect(played[0]?.verdict).toEqual({
      outcome: 'not-applicable',
      why: 'The target has no second node.',
    });
  });
});
