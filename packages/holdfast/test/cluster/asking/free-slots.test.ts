import { describe, expect, it } from 'vitest';
import { askedOn, takeOver, wordsOn } from '../../asking/asked-house.ts';
import type { Guest } from '../cluster-house.ts';
import { AskedCluster, idsOf, user } from './asked-cluster.ts';

describe('a slot that becomes free on any node while a newcomer is asked', () => {
  it('I3 is given to it at once', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    (house.living[1] as Guest).socket.leave();
    await house.run(20);
    expect([guest.outcome?.outcome, wordsOn(guest.socket)]).toEqual(['opened', ['limit', 'ready']]);
    expect([house.ends, await house.rowsOf('ada')]).toEqual([['slot-free'], 2]);
  });

  it.each([0, 4, 8, 12, 16, 24, 32])(
    'I3 is not missed where it does so %i microtasks after a wrong answer',
    async (after) => {
      const house = await AskedCluster.of();
      const guest = await house.ask();
      takeOver(guest.socket, 'none');
      for (let turn = 0; turn < after; turn += 1) await Promise.resolve();
      (house.living[1] as Guest).socket.leave();
      await house.run(50);
      expect(guest.outcome?.outcome).toBe('opened');
    },
  );

  it('I3 is that of a session found dead meanwhile, within the probe timeout of its first unanswered ping', async () => {
    const house = await AskedCluster.of({ pingIntervalMs: 5_000 });
    const guest = await house.ask();
    (house.living[1] as Guest).socket.isFrozen = true;
    await house.run(5_000 + 1_000 + 1_000 + 200);
    expect([guest.outcome?.outcome, house.causes, house.ends]).toEqual([
      'opened',
      ['no-pong'],
      ['slot-free'],
    ]);
  });

  it('I3 is that of a node that is gone, once its lease has lapsed', async () => {
    const house = await AskedCluster.of();
    const guest = house.come(house.two, user);
    await house.run(50);
    expect(wordsOn(guest.socket)).toEqual(['limit']);
    house.link.cut();
    await house.run(7_500);
    expect(wordsOn(guest.socket)).toEqual(['limit', 'ready']);
    expect(house.told('askingEnded', house.two)).toMatchObject([{ how: 'slot-free' }]);
  });

  it('A12 comes with a limit that is raised', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.two.node.setLimit('ada', 3);
    await house.run(20);
    expect([guest.outcome?.outcome, house.ends]).toEqual(['opened', ['slot-free']]);
  });

  it('I3 is given instead of that of the one it chose: nobody alive is ended where somebody is dead', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    (house.living[1] as Guest).socket.claimed = 'closed';
    await house.answer(guest, house.idOf(0));
    expect(guest.outcome?.outcome).toBe('opened');
    expect([house.causes, house.ends]).toEqual([['transport-closed'], ['slot-free']]);
    expect(house.closesOf(0)).toEqual([]);
  });

  it('is none where a client comes back with its ticket on another node', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    const [{ socket }] = house.living as [Guest];
    const { ticket } = socket.frames[0] as { ticket: string };
    const back = await house.enter(house.two, { ...user, resume: { ticket } });
    expect([back.outcome?.outcome, guest.outcome]).toEqual(['opened', null]);
    await house.answer(guest, house.idOf(0));
    expect(wordsOn(guest.socket)).toEqual(['limit', 'unknown-session', 'limit']);
    const session = back.outcome?.outcome === 'opened' ? back.outcome.session.id : 'none';
    expect(idsOf(askedOn(guest.socket))).toContain(session);
    await house.answer(guest, session);
    expect([guest.outcome?.outcome, house.causes]).toEqual([
      'opened',
      ['superseded', 'taken-over'],
    ]);
  });
});
