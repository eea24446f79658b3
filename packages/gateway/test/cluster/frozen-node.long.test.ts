import { afterEach, expect, it } from 'vitest';
import { demandRecovery, hostOf, leaseMs } from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import { demandNumbers, publishNumbers } from '../../src/proof/scenarios/streams.ts';
import { ClusterGround, limit } from './cluster-ground.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

const cause = 'The count is wrong after a node was frozen.';

it.each(['local', 'refuse'])(
  'I2 I3 I7 a node frozen for three leases comes back (--on-store-failure %s): what was resumed elsewhere ends with 4409, what has no room with 1013, and all others live on and have missed nothing',
  async (policy) => {
    const redis = await ground.startRedis();
    const flags = ['--on-store-failure', policy];
    const [here, there] = await ground.startNodes(2, { redisUrl: redis.url, flags });
    const stage = ground.stage(here);
    const thawing = stage.at(there);
    const resumed = await thawing.mustConnect({ user: stage.user('resumed') });
    const crowded = await thawing.mustFill(stage.user('crowded'), 2);
    const spared = await thawing.mustConnect({ user: stage.user('spared') });

    hostOf(there).freeze();
    const successor = await stage.mustConnect({ user: resumed.user, resume: resumed.position });
    await stage.pause(leaseMs + 1_000);
    const newcomers = await stage.mustFill(stage.user('crowded'), limit - 1);
    await publishNumbers(stage, spared.user, { count: 3 });
    await stage.pause(2 * leaseMs - 1_000);
    hostOf(there).thaw();

    expect(await resumed.until(() => resumed.end !== null, 10_000)).toBe(true);
    expect(resumed.end?.code).toBe(4409);
    await demandRecovery(stage, [here, there], 10_000);
    const gone = await stage.eventually(
      () => Promise.resolve(crowded.some(({ end }) => end !== null)),
      5_000,
    );
    expect(gone).toBe(true);
    const ends = crowded.flatMap(({ end }) => (end === null ? [] : [end]));
    expect(ends).toEqual([expect.objectContaining({ code: 1013 })]);
    expect(ends[0]?.retryMs).toBeGreaterThan(0);
    await demandCount(stage, stage.user('crowded'), { count: limit, withinMs: 5_000, cause });
    await demandNumbers(stage, spared, { numbers: [0, 1, 2], after: 'its node was frozen' });
    expect([successor, spared, ...newcomers].map(({ end }) => end)).toEqual(
      Array.from({ length: limit + 1 }, () => null),
    );
  },
);
