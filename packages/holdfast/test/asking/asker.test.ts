import { describe, expect, test } from 'vitest';
import { House, settled } from '../sessions/house.ts';
import { AskedHouse, takeOver, wordsOn } from './asked-house.ts';

describe('what an asker says', () => {
  test('beside its answer is held, and served once it is in', async () => {
    const house = new AskedHouse({}, { hooks: { onMessage: () => {} } });
    const knock = house.knock('u');
    knock.socket.say({ type: 'message', data: 1, id: 'a' });
    house.clock.advance(10);
    knock.socket.say({ type: 'message', data: 2, id: 'b' });
    knock.socket.say({ type: 'ping' });
    expect(wordsOn(knock.socket)).toEqual(['limit']);
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(wordsOn(knock.socket)).toEqual(['limit', 'ready', 'accepted', 'accepted', 'pong']);
  });

  test('before it is asked is no answer: it is held like the rest, and turned down politely', async () => {
    const house = new AskedHouse();
    const knock = house.knock('u');
    takeOver(knock.socket, house.idOf(0));
    house.clock.advance(10);
    expect(wordsOn(knock.socket)).toEqual(['limit']);
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(wordsOn(knock.socket)).toEqual(['limit', 'ready', 'not-asked']);
    takeOver(knock.socket, house.idOf(1));
    expect(wordsOn(knock.socket).at(-1)).toBe('not-asked');
    expect(house.causes).toEqual(['taken-over']);
  });

  test.each(['no frame', '{"type":"takeover"}', '{"type":"takeover","session":7}', '[]'])(
    'ends it with 4400 where it is no frame: %s',
    async (text) => {
      const house = new AskedHouse();
      const knock = house.come();
      knock.socket.say(text);
      await settled();
      expect(knock.outcome).toBe('refused');
      expect(knock.socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
      expect([house.ends, house.causes, house.layer.waiting('u')]).toEqual([
        ['turned-away'],
        [],
        0,
      ]);
    },
  );

  test('I12 is counted: sixteen frames in all, takeovers among them', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    for (let attempt = 0; attempt < 16; attempt += 1) takeOver(knock.socket, 'none');
    expect(house.layer.waiting('u')).toBe(1);
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('refused')).toMatchObject([{ reason: 'rate' }]);
    expect(house.causes).toEqual([]);
  });

  test('I12 is weighed: 64 KB in all, takeovers among them', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    takeOver(knock.socket, 'x'.repeat(40_000));
    expect(knock.outcome).toBe('waiting');
    takeOver(knock.socket, 'x'.repeat(40_000));
    await settled();
    expect(knock.outcome).toBe('refused');
  });

  test('I12 is answered no further while the engine still has the last question', async () => {
    const house = new AskedHouse();
    const knock = house.knock('u');
    knock.socket.outcome = 'queued';
    house.clock.advance(10);
    knock.socket.owner.drained();
    takeOver(knock.socket, 'none');
    expect(wordsOn(knock.socket)).toEqual(['limit', 'unknown-session', 'limit']);
    takeOver(knock.socket, 'none');
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('refused')).toMatchObject([{ reason: 'rate' }]);
  });

  test('I12 is answered no further than a log is large, by one that does not read', async () => {
    const house = new AskedHouse({ historyBytes: 1_024 });
    const knock = house.come();
    for (let attempt = 0; attempt < 8; attempt += 1) takeOver(knock.socket, 'none');
    await settled();
    expect(knock.outcome).toBe('refused');
    const bytes = knock.socket.written.reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(1_024);
  });

  test('I2 what it was told lies before the first ping, which is given more time for it', () => {
    const house = new House({ onLimit: 'ask', maxSessionsPerUser: 300 });
    house.fill('u', 300);
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(10);
    takeOver(knock.socket, house.layer.sessionsOf('u')[0]!.id);
    const [view] = house.layer
      .sessionsOf('u')
      .slice(-1)
      .map((one) => house.layer.view(one));
    expect(view?.unconfirmedBytes).toBeGreaterThan(300 * 60);
  });
});
