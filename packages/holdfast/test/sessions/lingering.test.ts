import { describe, expect, test } from 'vitest';
import { Faults } from '../../src/sessions/faults.ts';
import { lingerMs, LingeringSockets } from '../../src/sessions/lingering.ts';
import { Pulse } from '../../src/sessions/pulse.ts';
import { nobody } from '../../src/sessions/socket.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

function yard(most: number): {
  clock: ManualClock;
  lingering: LingeringSockets;
  faults: Faults;
  frozen: () => FakeSocket;
} {
  const clock = new ManualClock();
  const faults = new Faults(
    () => clock.nowMs(),
    () => {},
  );
  const lingering = new LingeringSockets(new Pulse(clock, faults, () => {}), faults, most);
  const frozen = (): FakeSocket => Object.assign(new FakeSocket(clock), { isFrozen: true });
  return { clock, lingering, faults, frozen };
}

describe('lingering sockets', () => {
  test('are told why, and leave when the handshake is through', () => {
    const { clock, lingering } = yard(10);
    const socket = new FakeSocket(clock);
    lingering.dismiss(socket, 'user-limit', 1500);
    expect(socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit","retryMs":1500}' }]);
    expect(lingering.size).toBe(1);
    clock.advance(10);
    expect(lingering.size).toBe(0);
    expect(socket.owner).toBe(nobody);
    expect(clock.timerCount).toBe(0);
  });

  test('are cut after two seconds', () => {
    const { clock, lingering, frozen } = yard(10);
    const socket = frozen();
    lingering.dismiss(socket, 'admin');
    clock.advance(lingerMs - 100);
    expect(socket.isTerminated).toBe(false);
    clock.advance(200);
    expect(socket.isTerminated).toBe(true);
    expect(lingering.size).toBe(0);
  });

  test('I12 are bounded: one too many has the oldest cut', () => {
    const { lingering, frozen } = yard(3);
    const sockets = Array.from({ length: 5 }, frozen);
    for (const socket of sockets) lingering.dismiss(socket, 'rate');
    expect(lingering.size).toBe(3);
    expect(sockets.map(({ isTerminated }) => isTerminated)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('are cut at once when there is nobody to say goodbye to, or saying it throws', () => {
    const { clock, lingering, faults, frozen } = yard(3);
    const lost = frozen();
    lingering.dismiss(lost, 'connection-lost');
    expect([lost.isTerminated, lost.closes]).toEqual([true, []]);
    const failing = frozen();
    failing.throwing.add('close');
    lingering.dismiss(failing, 'admin');
    expect(failing.isTerminated).toBe(true);
    failing.throwing.add('terminate');
    clock.advance(lingerMs + 100);
    expect(lingering.size).toBe(0);
    expect(faults.counts().get('socket')).toBe(1);
  });
});
