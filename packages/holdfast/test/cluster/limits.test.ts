import { describe, expect, it } from 'vitest';
import { ClusterHouse, type Guest, type TestNode } from './cluster-house.ts';

const user = { userId: 'ada' };

function outcomesOf(guests: readonly Guest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of guests) {
    const word = outcome?.outcome ?? 'undecided';
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

async function threeNodes(): Promise<{ house: ClusterHouse; nodes: TestNode[] }> {
  const house = new ClusterHouse();
  const nodes = [await house.join(), await house.join(), await house.join()];
  await house.run(1_100);
  return { house, nodes };
}

describe('the limit of a user over several nodes', () => {
  it('I1 lets exactly five in of fifty who come at once to three nodes', async () => {
    const { house, nodes } = await threeNodes();
    const guests: Guest[] = [];
    for (let turn = 0; turn < 50; turn += 1)
      guests.push(house.come(nodes[turn % 3] as TestNode, user));
    await house.run(3_000);
    expect(outcomesOf(guests)).toEqual({ opened: 5, refused: 45 });
    expect(await house.rowsOf('ada')).toBe(5);
  });

  it('I3 gives a slot back wherever it was, in the tick in which its client closes', async () => {
    const { house, nodes } = await threeNodes();
    const guests: Guest[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      guests.push(await house.enter(nodes[turn % 3] as TestNode, user));
    guests[1]?.socket.leave();
    const next = await house.enter(nodes[2] as TestNode, user);
    expect(next.outcome?.outcome).toBe('opened');
    expect(await house.rowsOf('ada')).toBe(5);
  });

  it('I3 refuses without a return time when every session on every node has proven to be alive', async () => {
    const { house, nodes } = await threeNodes();
    for (let turn = 0; turn < 5; turn += 1) await house.enter(nodes[turn % 3] as TestNode, user);
    const sixth = await house.enter(nodes[0] as TestNode, user);
    expect(sixth.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'user-limit' } });
    expect(sixth.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
  });

  it('I3 lets a newcomer in within the probe timeout where a session on another node is frozen', async () => {
    const { house, nodes } = await threeNodes();
    const guests: Guest[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      guests.push(await house.enter(nodes[turn % 3] as TestNode, user));
    const frozen = guests[1] as Guest;
    frozen.socket.isFrozen = true;
    const beganAt = house.clock.nowMs();
    const sixth = await house.enter(nodes[0] as TestNode, user);
    expect(sixth.outcome?.outcome).toBe('opened');
    expect(house.clock.nowMs() - beganAt).toBeLessThanOrEqual(1_200);
    expect(frozen.socket.closes[0]?.code).toBe(4408);
    expect(await house.rowsOf('ada')).toBe(5);
  });
});

describe('events over several nodes', () => {
  it('I4 reach every session wherever they are published, in one order', async () => {
    const { house, nodes } = await threeNodes();
    const [one, two, three] = nodes as [TestNode, TestNode, TestNode];
    const guests = [await house.enter(one, user), await house.enter(two, user)];
    for (let turn = 1; turn <= 10; turn += 1) {
      const publisher = nodes[turn % 3] as TestNode;
      void publisher.node.publish('ada', { event: 'tick', data: turn });
    }
    await house.run(100);
    void three;
    for (const { socket } of guests) {
      const events = socket.frames.filter(({ type }) => type === 'event');
      expect(events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  it('I4 are replayed to a client that resumes on another node, while its old socket is half-open', async () => {
    const { house, nodes } = await threeNodes();
    const [one, two] = nodes as [TestNode, TestNode, TestNode];
    const first = await house.enter(one, user);
    const ready = first.socket.frames[0] as { ticket: string; epoch: string; offset: number };
    first.socket.isFrozen = true;
    for (let turn = 1; turn <= 3; turn += 1)
      await two.node.publish('ada', { event: 'tick', data: turn });
    await house.run(50);
    const { ticket, epoch, offset } = ready;
    const again = await house.enter(two, { ...user, resume: { ticket, epoch, offset } });
    expect(again.outcome?.outcome).toBe('opened');
    expect(again.socket.frames[0]).toMatchObject({
      type: 'ready',
      epoch,
      resume: { outcome: 'replayed', replayed: 3 },
      sessions: 1,
    });
    const offsets = again.socket.frames
      .filter(({ type }) => type === 'event')
      .map((one_) => one_['offset']);
    expect(offsets).toEqual([1, 2, 3]);
    await house.run(50);
    expect(first.socket.closes).toEqual([{ code: 4409, reason: '{"r":"superseded"}' }]);
    expect(await house.rowsOf('ada')).toBe(1);
  });
});
