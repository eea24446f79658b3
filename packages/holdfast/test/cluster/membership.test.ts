import { describe, expect, it } from 'vitest';
import { Membership } from '../../src/cluster/membership.ts';
import { StoreGuard } from '../../src/cluster/store-guard.ts';
import type { ClusterStore, RenewAnswer, Roster } from '../../src/sessions/store/cluster-store.ts';
import { StoreError } from '../../src/sessions/store/store-error.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const roster: Roster = {
  live: { upTo: 1, generations: [1] },
  nodes: [],
  lapsed: [],
  ticketKey: 'key',
  broadcasts: 0,
  nowMs: 0,
};
const card = { name: 'here', url: '', isDraining: false };
const storeAheadMs = 5_000;
const nothing = (): void => {};

/**
 * A node whose store answers each renewal as it is told to, and what the node makes of its lease. An answer may lie there
 * while the process stands still.
 */
function join(
  answers: (RenewAnswer | 'nothing')[],
  wayMs = 0,
  stallsMs: number[] = [],
): {
  readonly clock: ManualClock;
  readonly rejoined: boolean[];
  readonly failures: number[];
  readonly membership: Membership;
} {
  const clock = new ManualClock();
  const rejoined: boolean[] = [];
  const failures: number[] = [];
  const way = (): Promise<void> =>
    wayMs === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(wayMs, resolve));
  const store = {
    renew: async (): Promise<RenewAnswer> => {
      await way();
      const nowMs = clock.nowMs() + storeAheadMs;
      clock.stall(stallsMs.shift() ?? 0);
      await way();
      const answer = answers.shift() ?? { outcome: 'renewed', ...roster, nowMs };
      if (answer !== 'nothing') return answer;
      throw new StoreError('timeout', 'No answer.');
    },
    join: () => Promise.resolve({ ...roster, generation: 2 }),
    listen: () => Promise.resolve(),
  } as unknown as ClusterStore;
  const watch = { away: nothing, back: nothing };
  const terms = { timeoutMs: 400, mostUnderWay: 10 };
  const guard = new StoreGuard(store, clock, { terms, watch });
  const duties = {
    rejoined: (hasLapsed: boolean) => void rejoined.push(hasLapsed),
    renewed: nothing,
    failed: () => void failures.push(clock.nowMs()),
  };
  const listener = { heard: nothing, connected: nothing, disconnected: nothing };
  const joined = { ...roster, generation: 1 };
  const membership = new Membership({ guard, clock, duties, listener }, card, joined);
  return { clock, rejoined, failures, membership };
}

describe('a lease that is lost', () => {
  it('E5 I1 was this process’s to renew where it stood still, also when the first renewal after it fails', async () => {
    const { clock, rejoined, failures } = join(['nothing', { outcome: 'lost' }]);
    clock.stall(15_000);
    await clock.settle(3_000);
    expect(failures).toHaveLength(1);
    expect(rejoined).toEqual([true]);
  });

  it('E5 was not, where the store did not answer for as long', async () => {
    const away = Array.from({ length: 7 }, () => 'nothing' as const);
    const { clock, rejoined } = join([...away, { outcome: 'lost' }]);
    await clock.settle(10_000);
    expect(rejoined).toEqual([false]);
  });
});

describe('the clock of the store', () => {
  it('E8 is known from half-way between question and answer, however slow the store is', async () => {
    const { clock, membership } = join([], 100);
    await clock.settle(1_500, 10);
    expect(membership.storeNowMs).toBe(clock.nowMs() + storeAheadMs);
  });

  it('E5 I11 is not read from an answer that has lain here while this process stood still', async () => {
    const { clock, membership } = join([], 0, [0, 4_000]);
    await clock.settle(1_050);
    expect(membership.storeNowMs).toBe(clock.nowMs() + storeAheadMs);
    await clock.settle(950);
    expect(membership.sinceRenewedMs).toBeGreaterThanOrEqual(4_000);
    expect(membership.storeNowMs).toBe(clock.nowMs() + storeAheadMs);
  });
});
