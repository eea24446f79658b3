import { describe, expect, it } from 'vitest';
import { wordsOn } from '../../asking/asked-house.ts';
import { AskedCluster } from './asked-cluster.ts';

describe('an asking over several nodes that ends otherwise', () => {
  it('I2 ends no session for one who is not welcome when it answers', async () => {
    const banned = new Set<unknown>();
    const house = await AskedCluster.of({}, { isWelcome: (extra) => !banned.has(extra) });
    const guest = await house.ask({ extra: 'token' });
    banned.add('token');
    await house.answer(guest, house.idOf(1));
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'unauthorized' } });
    expect(guest.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
    expect([house.ends, house.causes]).toEqual([['turned-away'], []]);
  });

  it('is over at once for one whose token was revoked', async () => {
    const house = await AskedCluster.of();
    const lost = await house.ask({ extra: 'lost' });
    const other = await house.ask({ extra: 'other' });
    expect(house.one.node.turnAwayWaiting('ada', (extra) => extra === 'lost')).toBe(1);
    await house.settle();
    expect([lost.outcome?.outcome, other.outcome]).toEqual(['refused', null]);
    expect(lost.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
  });

  it('I2 ends nobody for a newcomer whose connection is closed', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    guest.socket.claimed = 'closed';
    await house.answer(guest, house.idOf(1));
    expect([guest.outcome, house.causes]).toEqual([{ outcome: 'left' }, []]);
  });

  it.each([0, 10_000])('is told when to come back by a drain of %i ms', async (withinMs) => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    void house.one.node.drain({ withinMs });
    await house.run(20);
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'draining' } });
    expect([guest.socket.closes[0]?.code, house.ends]).toEqual([1012, ['turned-away']]);
  });

  it('E8 is decided without the store when that is away, by what is said about that', async () => {
    for (const onStoreFailure of ['local', 'refuse'] as const) {
      const house = await AskedCluster.of({}, { onStoreFailure });
      const guest = await house.ask();
      house.link.cut();
      await house.run(2_000);
      expect(guest.outcome).toBeNull();
      await house.answer(guest, house.idOf(1));
      await house.run(1_000);
      const isIn = onStoreFailure === 'local';
      expect(guest.outcome?.outcome).toBe(isIn ? 'opened' : 'refused');
      expect(wordsOn(guest.socket)).toEqual(isIn ? ['limit', 'ready'] : ['limit']);
      expect(guest.socket.closes[0]?.code).toBe(isIn ? undefined : 1013);
      expect([house.ends, house.causes]).toEqual([[isIn ? 'slot-free' : 'turned-away'], []]);
    }
  });
});
