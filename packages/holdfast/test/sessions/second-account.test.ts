import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { House } from './house.ts';

const limit = 3;

/** One user who is only observed, and their clients. */
class Observed {
  readonly house: House = new House({ maxSessionsPerUser: limit });
  readonly sockets: FakeSocket[] = [];

  constructor() {
    this.house.layer.setEnforcement({ on: 'nobody', interimLimit: null });
  }

  come(roundTripMs: number | null, ticket?: unknown): void {
    const resume = typeof ticket === 'string' ? { resume: { ticket } } : {};
    this.sockets.push(this.house.connect('u', { roundTripMs, ...resume }).socket);
  }

  comeBack(which: number): void {
    this.come(1, this.#at(which)?.frames[0]?.['ticket']);
  }

  leave(which: number): void {
    this.#at(which)?.leave();
  }

  #at(which: number): FakeSocket | undefined {
    return this.sockets[which % Math.max(1, this.sockets.length)];
  }
}

type Act = (user: Observed) => void;

const nth = fc.nat(20);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom<Act>(
    (user) => user.come(1),
    (user) => user.come(null),
  ),
  nth.map(
    (which): Act =>
      (user) =>
        user.leave(which),
  ),
  nth.map(
    (which): Act =>
      (user) =>
        user.comeBack(which),
  ),
  fc.constantFrom(10, 500, 1_200, 40_000).map(
    (ms): Act =>
      (user) =>
        user.house.clock.advance(ms),
  ),
);

test('I1 I2 I5 nobody who is observed is refused or ended; and the second account holds to the limit, too', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (plan) => {
      const user = new Observed();
      const { house } = user;
      for (const step of plan) {
        step(user);
        const { sessions, spared } = house.layer.gauges();
        expect(sessions).toBe(house.layer.sessionsOf('u').length);
        expect(spared).toBeLessThanOrEqual(sessions);
        expect(sessions - spared).toBeLessThanOrEqual(limit);
      }
      const ends = new Set(house.causes);
      for (const cause of ['client-close', 'superseded']) ends.delete(cause);
      expect([...ends]).toEqual([]);
      expect(house.told('refused')).toEqual([]);
      for (const socket of user.sockets) socket.drop();
      expect(house.layer.gauges()).toMatchObject({ sessions: 0, spared: 0 });
      house.clock.advance(3_000);
      expect(house.clock.timerCount).toBe(new House().clock.timerCount);
    }),
  );
});
