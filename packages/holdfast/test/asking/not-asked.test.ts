import { describe, expect, test } from 'vitest';
import { holdfastCodec } from '../../src/sessions/codec.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { House, settled } from '../sessions/house.ts';
import { AskedHouse } from './asked-house.ts';

describe('nobody is asked', () => {
  test.each([
    ['who has no socket yet', new House({ onLimit: 'ask' }), { hasSocket: false }],
    [
      'on a wire that has no word for it',
      new House({ onLimit: 'ask' }, { codec: { ...holdfastCodec, greets: false } }),
      { hasSocket: true },
    ],
    [
      'where the codec cannot say it',
      new House({ onLimit: 'ask' }, { codec: { ...holdfastCodec, encode: sayAllButLimit } }),
      { hasSocket: true },
    ],
  ])('%s: it is denied', async (_who, house, { hasSocket }) => {
    house.fill('u', 5);
    house.clock.advance(1_000);
    const socket = house.socket();
    const admission = house.layer.open({ userId: 'u', ...(hasSocket ? { socket } : {}) });
    house.clock.advance(10);
    if (admission.outcome !== 'waiting') throw new Error('expected to wait');
    const outcome = await admission.settled;
    expect(outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'user-limit' } });
    expect(house.told('refused')[0]).not.toHaveProperty('retryAfterMs');
    expect([socket.written, house.causes]).toEqual([[], []]);
  });

  test('A12 whom ending one session would not let in', async () => {
    const house = new AskedHouse();
    house.layer.setLimit('u', 1);
    const knock = house.come();
    const low = house.fill('w', 2);
    house.clock.advance(1_000);
    const lowKnock = house.knock('w', { limit: 1 });
    house.clock.advance(10);
    await settled();
    expect([knock.outcome, lowKnock.outcome]).toEqual(['refused', 'refused']);
    expect(house.told('asked')).toEqual([]);
    expect(low.every(({ session }) => session.state === 'live')).toBe(true);
  });

  test.each(['dropped', 'throws', 'closed'] as const)(
    'whose socket takes nothing (%s): it is denied, and told no longer',
    async (how) => {
      const house = new AskedHouse();
      const socket = new FakeSocket(house.clock);
      const knock = house.knock('u', { socket });
      if (how === 'dropped') socket.outcome = 'dropped';
      else if (how === 'throws') socket.throwing.add('send');
      else socket.claimed = 'closed';
      house.clock.advance(10);
      await settled();
      expect(knock.outcome).toBe('refused');
      expect([house.layer.waiting('u'), house.causes]).toEqual([0, []]);
      expect(house.told('asked').length).toBe(house.told('askingEnded').length);
    },
  );

  test('any more once a drain has begun: who is asked is told when to come back', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    void house.layer.drain({ withinMs: 10_000 });
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes).toMatchObject([{ code: 1012 }]);
    expect(knock.socket.closes[0]?.reason).toMatch(/^\{"r":"drain","retryMs":\d{4}\}$/u);
    expect([house.ends, house.layer.count('u')]).toEqual([['turned-away'], 2]);
  });

  test('any more after a shutdown', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    const over = house.layer.shutdown();
    house.clock.advance(5_000);
    await over;
    await settled();
    expect([knock.outcome, knock.socket.closes[0]?.code]).toEqual(['refused', 1012]);
    expect(house.clock.timerCount).toBe(0);
  });
});

function sayAllButLimit(...[frame]: Parameters<typeof holdfastCodec.encode>): string | null {
  return frame.type === 'limit' ? null : holdfastCodec.encode(frame);
}
