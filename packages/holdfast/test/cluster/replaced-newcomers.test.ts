import { describe, expect, it } from 'vitest';
import { ClusterHouse } from './cluster-house.ts';

const user = { userId: 'ada' };

describe('a newcomer whose slot goes to somebody else before it is let in', () => {
  it('I2 is not let in, so that it cannot end the later connection of its own client', async () => {
    const house = new ClusterHouse();
    const [one, two] = [await house.join(), await house.join()];
    await house.run(1_100);
    const first = await house.enter(one, user);
    const { ticket, epoch } = first.socket.frames[0] as { ticket: string; epoch: string };
    for (let turn = 1; turn <= 3; turn += 1)
      await one.node.publish('ada', { event: 'tick', data: turn });
    const resume = { ticket, epoch, offset: 0 };
    const early = house.come(two, { ...user, resume });
    const later = house.come(two, { ...user, resume });
    await house.run(1_000);
    expect(early.socket.written).toEqual([]);
    expect(early.socket.closes).toEqual([{ code: 4409, reason: '{"r":"superseded"}' }]);
    expect(early.outcome).toEqual({ outcome: 'left' });
    expect(later.outcome?.outcome).toBe('opened');
    expect(later.socket.isOpen).toBe(true);
    expect(later.socket.frames.map(({ type }) => type)).toEqual([
      'ready',
      'event',
      'event',
      'event',
    ]);
    expect(await house.rowsOf('ada')).toBe(1);
  });
});
