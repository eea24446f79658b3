import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../../../src/testing/fake-socket.ts';
import { askedOn, wordsOn } from '../../asking/asked-house.ts';
import { AskedCluster, user } from './asked-cluster.ts';

describe('a newcomer over sessions of several nodes that are all alive', () => {
  it('I3 I8 is asked which of the sessions of its own user, wherever they are, is to end', async () => {
    const house = await AskedCluster.of();
    await house.enter(house.two, { userId: 'bob' });
    const { socket, outcome } = await house.ask();
    expect(outcome).toBeNull();
    const [first, second] = house.nodes.map(({ node }) => {
      const [session] = node.layer.sessionsOf('ada');
      return session === undefined ? undefined : node.layer.view(session);
    });
    expect(wordsOn(socket)).toEqual(['limit']);
    const asked = askedOn(socket);
    expect(asked).toMatchObject({ type: 'limit', limit: 2, expiresIn: 30_000 });
    expect(asked.sessions).toMatchObject([
      { session: first?.id, device: 'device 0', openedAt: first?.openedAt },
      { session: second?.id, device: 'device 1', openedAt: second?.openedAt },
    ]);
    for (const { lastSeenMs } of asked.sessions) expect(lastSeenMs).toBeLessThan(50);
    expect(house.told('asked')).toEqual([{ type: 'asked', user: 'ada', limit: 2, live: 2 }]);
    expect([house.one.node.waiting('ada'), await house.rowsOf('ada')]).toEqual([1, 2]);
  });

  it('I1 I2 ends the one it chose on another node, 4409, and has its slot', async () => {
    const house = await AskedCluster.of();
    const guest = await house.answer(await house.ask({ device: 'phone' }), house.idOf(1));
    expect(guest.outcome?.outcome).toBe('opened');
    expect(wordsOn(guest.socket)).toEqual(['limit', 'ready']);
    expect(guest.socket.frames[1]).toMatchObject({ limit: 2, sessions: 2 });
    expect(house.closesOf(1)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect(house.closesOf(0)).toEqual([]);
    expect(house.told('closed', house.two)).toMatchObject([{ cause: 'taken-over' }]);
    expect(house.told('evicted', house.two)).toMatchObject([{ policy: 'ask' }]);
    expect(house.told('askingEnded')).toEqual([
      { type: 'askingEnded', user: 'ada', how: 'took-over', session: house.idOf(1) },
    ]);
    expect([await house.rowsOf('ada'), house.one.node.waiting('ada')]).toEqual([2, 0]);
  });

  it('I1 I2 ends the one it chose on its own node as well, and nobody else', async () => {
    const house = await AskedCluster.of();
    const guest = await house.answer(await house.ask(), house.idOf(0));
    expect(guest.outcome?.outcome).toBe('opened');
    expect(house.closesOf(0)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect([house.causes, house.closesOf(1)]).toEqual([['taken-over'], []]);
    expect(house.told('evicted')).toMatchObject([{ policy: 'ask', session: house.idOf(0) }]);
    expect(house.one.node.layer.count('ada')).toBe(1);
    await house.run(3_000);
    expect([await house.rowsOf('ada'), guest.socket.isOpen]).toEqual([2, true]);
  });

  it('is refused for good after 30 s without an answer', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.run(29_800);
    expect(guest.outcome).toBeNull();
    await house.run(400);
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'user-limit' } });
    expect(guest.outcome).not.toHaveProperty('refusal.retryAfterMs');
    expect(guest.outcome).toMatchObject({ refusal: { blocking: [{ id: house.idOf(0) }, {}] } });
    expect(guest.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    expect([house.ends, house.causes, await house.rowsOf('ada')]).toEqual([['expired'], [], 2]);
  });

  it('I11 has its 30 s by the fair clock', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.run(28_000);
    house.clock.stall(3_000);
    await house.run(500);
    expect(guest.outcome).toBeNull();
    await house.answer(guest, house.idOf(1));
    expect(guest.outcome?.outcome).toBe('opened');
  });

  it('I12 may be as many at once on a node as there are slots; one more is told when to come back', async () => {
    const house = await AskedCluster.of();
    const [first, second, third] = [await house.ask(), await house.ask(), await house.ask()];
    expect([first.outcome, second.outcome]).toEqual([null, null]);
    expect(third.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'rate' } });
    first.socket.leave();
    await house.run(50);
    expect(first.outcome).toEqual({ outcome: 'left' });
    const next = await house.ask();
    expect([next.outcome, wordsOn(next.socket)]).toEqual([null, ['limit']]);
    expect(house.ends).toEqual(['left']);
  });

  it('I5 leaves nothing behind when its caller gives up', async () => {
    const house = await AskedCluster.of();
    const { pulse } = house.one.node.layer.cluster;
    const entries = pulse.size;
    const socket = new FakeSocket(house.clock);
    const admission = house.one.node.open({ ...user, socket });
    await house.run(50);
    if (admission.outcome !== 'waiting') throw new Error('Expected a newcomer who waits.');
    admission.withdraw();
    await house.run(2_100);
    expect(await admission.settled).toEqual({ outcome: 'left' });
    expect(socket.closes).toEqual([{ code: 1000, reason: '' }]);
    expect([house.ends, house.one.node.waiting('ada')]).toEqual([['left'], 0]);
    expect(pulse.size).toBe(entries);
  });
});
