import { describe, expect, it } from 'vitest';
import { holdfastCodec } from '../../../src/sessions/codec.ts';
import { FakeSocket } from '../../../src/testing/fake-socket.ts';
import { wordsOn } from '../../asking/asked-house.ts';
import type { Guest } from '../cluster-house.ts';
import { AskedCluster, user } from './asked-cluster.ts';

describe('nobody is asked over several nodes', () => {
  it('while somebody has not proven to be alive: its slot is given instead', async () => {
    const house = await AskedCluster.of();
    (house.living[1] as Guest).socket.isFrozen = true;
    const guest = await house.enter(house.one, user);
    expect([guest.outcome?.outcome, wordsOn(guest.socket)]).toEqual(['opened', ['ready']]);
    expect([house.causes, house.told('asked')]).toEqual([['no-pong'], []]);
  });

  it('who has no socket yet, or one that takes nothing: it is denied', async () => {
    const house = await AskedCluster.of();
    const admission = house.one.node.open(user);
    if (admission.outcome !== 'waiting') throw new Error('Expected a newcomer who waits.');
    const deaf = new FakeSocket(house.clock);
    deaf.outcome = 'dropped';
    const guest = await house.ask({}, deaf);
    const denied = { outcome: 'refused', refusal: { reason: 'user-limit' } };
    expect(await admission.settled).toMatchObject(denied);
    expect(guest.outcome).toMatchObject(denied);
    expect([house.told('asked'), house.ends, house.causes]).toEqual([[], [], []]);
  });

  it('on a wire that has no word for it', async () => {
    const house = await AskedCluster.of({}, { codec: { ...holdfastCodec, greets: false } });
    const guest = await house.ask();
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit' } });
    expect(house.told('asked')).toEqual([]);
  });

  it('A12 whom the end of one session would not let in', async () => {
    const house = await AskedCluster.of();
    await house.two.node.setLimit('ada', 1);
    const guest = await house.ask();
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit', limit: 1 } });
    expect([house.told('asked'), house.causes]).toEqual([[], []]);
  });

  it('who is not welcome any more', async () => {
    const house = await AskedCluster.of({}, { isWelcome: (extra) => extra !== 'revoked' });
    const guest = await house.ask({ extra: 'revoked' });
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit' } });
    expect([guest.socket.written, house.told('asked')]).toEqual([[], []]);
  });
});

describe('whoever gives way on the node of the newcomer', () => {
  it('I1 is ended at once under evict-oldest as well', async () => {
    const house = await AskedCluster.of({ onLimit: 'evict-oldest' });
    const guest = await house.ask();
    expect(guest.outcome?.outcome).toBe('opened');
    expect(house.closesOf(0)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect([house.causes, house.one.node.layer.count('ada')]).toEqual([['evicted'], 1]);
  });
});
