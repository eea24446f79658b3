import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { describe, expect, it } from 'vitest';
import { closeSlowReaders, createMemoryGauge, MemoryGuard } from '../../src/server/memory-guard.ts';

function guard(): { shares: number[]; said: string[]; memory: MemoryGuard } {
  const shares: number[] = [];
  const said: string[] = [];
  const memory = new MemoryGuard({
    read: () => shares.shift() ?? 0,
    shed: () => said.push('shed'),
    onPressure: () => said.push('pressure'),
    onRelief: () => said.push('relief'),
  });
  return { shares, said, memory };
}

function look(shares: number[]): { said: string[]; refusing: boolean[] } {
  const one = guard();
  one.shares.push(...shares);
  const refusing = shares.map(() => {
    one.memory.look();
    return one.memory.isRefusing;
  });
  return { said: one.said, refusing };
}

describe('the memory guard', () => {
  it('B8 sheds slow readers first and refuses newcomers when that is not enough', () => {
    const { said, refusing } = look([0.5, 0.86, 0.87]);
    expect(said).toEqual(['pressure', 'shed', 'shed']);
    expect(refusing).toEqual([false, false, true]);
  });

  it('B8 refuses at once when the memory is all but full', () => {
    expect(look([0.94])).toEqual({ said: ['pressure', 'shed'], refusing: [true] });
  });

  it('B8 recovers by itself, and does not flutter between its two bounds', () => {
    const { said, refusing } = look([0.94, 0.84, 0.81, 0.79, 0.84]);
    expect(said).toEqual(['pressure', 'shed', 'relief']);
    expect(refusing).toEqual([true, true, true, false, false]);
  });

  it('reads a share of the real heap', () => {
    const share = createMemoryGauge()();
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
  });
});

describe('shedding', () => {
  it('B8 ends those with the most unconfirmed bytes and nobody who reads', () => {
    const clock = new ManualClock();
    const layer = new SessionLayer({ maxUnconfirmedBytes: 4096 }, { clock });
    const sockets = ['reads', 'slow'].map((userId) => {
      const socket = new FakeSocket(clock);
      layer.open({ userId, socket });
      return socket;
    });
    clock.advance(1000);
    sockets[1]!.isFrozen = true;
    for (const userId of ['reads', 'slow']) {
      for (let count = 0; count < 20; count += 1) {
        layer.publish(userId, { event: 'x', data: 'y'.repeat(100) });
        clock.advance(5);
      }
    }
    clock.advance(250);
    expect(layer.gauges().unconfirmedBytes).toBeGreaterThan(4096);
    expect(closeSlowReaders(layer)).toBe(1);
    expect([layer.count('reads'), layer.count('slow')]).toEqual([1, 0]);
    expect(sockets[1]!.closes).toEqual([{ code: 4410, reason: '{"r":"slow"}' }]);
  });
});
