import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { createTokenVerifier } from '../../../src/server/auth/verifier.ts';
import { type WallClock, createWallClock } from '../../../src/server/auth/wall-clock.ts';
import { SECRET, sign } from './sign.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;

let wall: number;
let monotonic: number;
let clock: WallClock;

beforeEach(() => {
  wall = START;
  monotonic = 5000;
  clock = createWallClock({ wall: () => wall, monotonic: () => monotonic });
});

/** Both clocks go on together, looked at every second as a busy gateway does. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 1000) {
    wall += Math.min(1000, left);
    monotonic += Math.min(1000, left);
    clock.now();
  }
}

describe('B10 time for judging tokens', () => {
  it('is the time of day as long as nothing jumps', () => {
    pass(10_000);
    expect(clock.now()).toBe(START + 10_000);
    expect(clock.behindMs()).toBe(0);
  });

  it('goes on when the clock is set back', () => {
    pass(10_000);
    wall -= HOUR;
    expect(clock.now()).toBe(START + 10_000);
    pass(5000);
    expect(clock.now()).toBe(START + 15_000);
    expect(clock.behindMs()).toBe(HOUR);
  });

  it('follows the clock forward at once', () => {
    wall += HOUR;
    expect(clock.now()).toBe(START + HOUR);
  });

  it('an hour forward and soon back again leaves no trace', () => {
    wall += HOUR;
    pass(60_000);
    wall -= HOUR;
    expect(clock.now()).toBe(START + 60_000);
    expect(clock.behindMs()).toBe(0);
  });

  it('a step forward that stands five minutes is the truth: no way back', () => {
    wall += HOUR;
    pass(301_000);
    wall -= HOUR;
    expect(clock.now()).toBe(START + HOUR + 301_000);
    expect(clock.behindMs()).toBe(HOUR);
  });

  it('two short steps forward are not one long one', () => {
    wall += HOUR;
    pass(200_000);
    wall -= HOUR;
    pass(10_000);
    wall += HOUR;
    pass(200_000);
    wall -= HOUR;
    expect(clock.behindMs()).toBe(0);
  });

  it('drift is followed at once, so that setting it back does not help', () => {
    for (let i = 0; i < 10; i += 1) {
      wall += 1000;
      pass(1000);
    }
    expect(clock.now()).toBe(START + 20_000);
    wall -= 10_000;
    expect(clock.now()).toBe(START + 20_000);
  });

  it('never goes back while the clock only drifts and is set back', () => {
    let latest = 0;
    for (const step of [0, -HOUR, 3000, HOUR - 3000, -1, -HOUR, 2000, 4999]) {
      wall += step;
      monotonic += 1;
      expect(clock.now()).toBeGreaterThanOrEqual(latest);
      latest = clock.now();
    }
  });

  it('an expired token stays expired when the clock is set back, remembered or not', () => {
    const verifier = createTokenVerifier({
      keys: { secret: SECRET },
      policy: { allowUnexpiring: false },
      now: clock.now,
      monotonic: () => monotonic,
      revocations: new Revocations({ now: clock.now, monotonic: () => monotonic }),
    });
    const remembered = sign({ sub: 'alice', exp: START / 1000 + 10 });
    const neverSeen = sign({ sub: 'bob', exp: START / 1000 + 10 });
    expect(verifier.verify(remembered)).toMatchObject({ ok: true });
    pass(11_000);
    wall -= HOUR;
    expect(verifier.verify(remembered)).toMatchObject({ reason: 'expired' });
    expect(verifier.verify(neverSeen)).toMatchObject({ reason: 'expired' });
  });
});
