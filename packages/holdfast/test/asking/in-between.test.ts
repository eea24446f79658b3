import { describe, expect, test } from 'vitest';
import { holdfastCodec } from '../../src/sessions/codec.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import type { SendOutcome } from '../../src/sessions/socket.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { framesOn, settled } from '../sessions/house.ts';
import { AskedHouse, askedOn, takeOver, wordsOn } from './asked-house.ts';

/** A clock on which, at one reading, the loop turns out to have stalled. */
class StallingClock extends ManualClock {
  readingsLeft = 0;

  override nowMs(): number {
    this.readingsLeft -= 1;
    if (this.readingsLeft === 0) this.stall(400);
    return super.nowMs();
  }
}

/** A socket that calls back before its `send` has returned, which the port forbids. */
class HastySocket extends FakeSocket {
  onSend: () => void = () => {};

  override send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    const outcome = super.send(frames, rest);
    const call = this.onSend;
    this.onSend = () => {};
    call();
    return outcome;
  }
}

/** Does something the first time an event of this type is told. */
function once(house: AskedHouse, type: SessionEvent['type'], act: () => void): void {
  let isDone = false;
  house.layer.subscribe((event) => {
    if (event.type !== type || isDone) return;
    isDone = true;
    act();
  });
}

describe('what is done in between', () => {
  test('I3 a listener that frees a slot as soon as somebody is asked lets it in', async () => {
    const house = new AskedHouse();
    once(house, 'asked', () => house.layer.close(house.idOf(0)));
    const knock = house.come();
    await settled();
    expect([knock.outcome, house.ends]).toEqual(['opened', ['slot-free']]);
    expect(wordsOn(knock.socket)).toEqual(['limit', 'ready']);
  });

  test('I1 a listener that comes for a slot at every event of a takeover gets none of it', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    let most = 0;
    house.layer.subscribe(({ type }) => {
      most = Math.max(most, house.layer.count('u'));
      if (type === 'closed' || type === 'evicted' || type === 'opened') house.knock('u');
    });
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect([most, house.layer.count('u')]).toEqual([2, 2]);
    expect(knock.outcome).toBe('opened');
    expect(house.causes).toEqual(['taken-over']);
  });

  test('I1 a listener that ends the one who took over, as it does, frees one slot and no more', async () => {
    const house = new AskedHouse();
    const [taker, next] = [house.come(), house.come()];
    once(house, 'closed', () => house.layer.close(house.layer.sessionsOf('u').at(-1)!.id));
    takeOver(taker.socket, house.idOf(0));
    await settled();
    expect([taker.outcome, next.outcome]).toEqual(['left', 'opened']);
    expect(house.layer.count('u')).toBe(2);
    expect(house.living[1]!.session.state).toBe('live');
    expect(taker.socket.closes).toHaveLength(1);
  });

  test('I2 a listener that ends the session before it is taken over leaves nothing to take', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.living[1]!.socket.claimed = 'closed';
    once(house, 'closed', () => house.layer.close(house.idOf(0), 'admin'));
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(house.causes).toEqual(['transport-closed', 'admin']);
    expect([knock.outcome, house.ends]).toEqual(['opened', ['slot-free']]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'I1 I2 a stall that is noticed at reading %i of a takeover, and a listener that closes the session then, end one session',
    async (reading) => {
      const clock = new StallingClock();
      const house = new AskedHouse({}, {}, clock);
      const [first, second] = [house.come(), house.come()];
      once(house, 'stalled', () => house.layer.close(house.idOf(0)));
      clock.readingsLeft = reading;
      takeOver(second.socket, house.idOf(0));
      await settled();
      expect(house.layer.count('u')).toBe(2);
      expect(house.living[1]!.session.state).toBe('live');
      expect(house.causes).toHaveLength(1);
      const readies = [first, second].map(({ socket }) => framesOn(socket, 'ready').length);
      expect(readies.reduce((sum, many) => sum + many, 0)).toBe(1);
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'I3 a stall that is noticed at reading %i of asking, and a listener that frees a slot then, settle it once',
    async (reading) => {
      const clock = new StallingClock();
      const house = new AskedHouse({}, {}, clock);
      const knock = house.knock('u');
      once(house, 'stalled', () => house.layer.close(house.idOf(0)));
      house.living[0]!.socket.say({ type: 'ping' });
      clock.readingsLeft = reading;
      house.clock.advance(1_500);
      await settled();
      expect(knock.outcome).toBe('opened');
      expect(wordsOn(knock.socket).at(-1)).toBe('ready');
      expect(house.layer.waiting('u')).toBe(0);
      expect(house.told('asked').length).toBe(house.told('askingEnded').length);
    },
  );

  test('I2 I3 nobody is asked over a session that has come in between, and not proven itself', async () => {
    const house = new AskedHouse();
    const first = house.come();
    first.socket.isFrozen = true;
    const second = house.knock('u');
    second.socket.throwing.add('transport');
    once(house, 'fault', () => house.layer.close(house.idOf(0)));
    house.clock.advance(500);
    expect(wordsOn(first.socket)).toEqual(['limit', 'ready']);
    expect(second.socket.written).toEqual([]);
    house.clock.advance(700);
    await settled();
    expect(wordsOn(second.socket)).toEqual(['ready']);
    expect(house.causes).toEqual(['released', 'no-pong']);
  });

  test('a question is answered though the answer comes before its `send` has returned', async () => {
    const house = new AskedHouse();
    const socket = new HastySocket(house.clock);
    socket.onSend = () => takeOver(socket, house.idOf(0));
    const knock = house.knock('u', { socket });
    house.clock.advance(10);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(wordsOn(socket)).toEqual(['limit', 'ready']);
    expect(house.told('pressureReaped')).toHaveLength(1);
  });

  test('B4 a codec that frees a slot while it reads an answer, or says a question, lets the asker in once', async () => {
    let act: (() => void) | null = null;
    const doIt = (): void => {
      const now = act;
      act = null;
      now?.();
    };
    const codec = {
      ...holdfastCodec,
      parse: (data: string | Uint8Array) => {
        doIt();
        return holdfastCodec.parse(data);
      },
      encode: (...[frame]: Parameters<typeof holdfastCodec.encode>) => {
        if (frame.type === 'limit') doIt();
        return holdfastCodec.encode(frame);
      },
    };
    const house = new AskedHouse({ maxSessionsPerUser: 3 }, { codec });
    act = () => house.layer.close(house.idOf(0));
    const first = house.come();
    expect(wordsOn(first.socket)).toEqual(['ready']);
    house.clock.advance(1_000);
    const second = house.come();
    act = () => house.layer.close(house.idOf(1));
    second.socket.say({ type: 'ping' });
    expect(wordsOn(second.socket)).toEqual(['limit', 'ready', 'pong']);
    await settled();
    expect(house.layer.count('u')).toBe(3);
    expect(house.causes).toEqual(['released', 'released']);
  });

  test('B4 a codec that throws at an answer is counted, and the asker may try again', async () => {
    let isBroken = false;
    const codec = {
      ...holdfastCodec,
      parse: (data: string | Uint8Array) => {
        if (isBroken) throw new Error('as asked');
        return holdfastCodec.parse(data);
      },
    };
    const house = new AskedHouse({}, { codec });
    const knock = house.come();
    isBroken = true;
    takeOver(knock.socket, house.idOf(0));
    isBroken = false;
    expect([house.faultsOf('application'), house.layer.waiting('u')]).toEqual([1, 1]);
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('opened');
  });

  test('FM-19 whoever comes while others are asked begins a pressure reap of its own', async () => {
    const house = new AskedHouse({ maxSessionsPerUser: 3 });
    const asked = house.come();
    expect(house.told('pressureReaped')).toHaveLength(1);
    house.living[2]!.socket.claimed = 'closed';
    const next = house.knock('u');
    expect(wordsOn(asked.socket)).toEqual(['limit', 'ready']);
    expect(next.outcome).toBe('waiting');
    house.clock.advance(10);
    expect(askedOn(next.socket).sessions).toHaveLength(3);
    expect(house.told('pressureReaped')).toMatchObject([
      { found: 0, freed: 0 },
      { found: 1, freed: 1 },
    ]);
    expect(house.stats).toMatchObject({
      resource_limit_hits: 2,
      emergency_cleanup_triggers: 2,
      successful_emergency_cleanups: 1,
    });
  });
});
