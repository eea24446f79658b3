import { FakeSocket, ManualClock } from 'holdfast/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Core, createCore } from '../../src/server/core.ts';
import { createGround } from '../../src/server/ground.ts';
import { takeLocalSeat } from '../../src/server/sessions/seat.ts';
import { configOf } from './gateway/house.ts';

let clock: ManualClock;
let core: Core;
beforeEach(() => {
  clock = new ManualClock();
  const ground = createGround({ config: configOf(), logDestination: { write: () => {} } });
  core = createCore(ground, { seat: takeLocalSeat(ground), url: 'http://h', drain: () => {} });
});
afterEach(async () => {
  core.close();
  // The peers answer the close, so that no socket lingers.
  clock.advance(1000);
  await core.layer.shutdown();
});

it('I6 a log that throws keeps no event from the watch of tokens, nor from the metrics', () => {
  core.lines.tell = (): never => {
    throw new Error('no log');
  };
  const sockets = [{ jti: 'stolen' }, { endsAtMs: performance.now() - 1 }].map((proof) => {
    if (proof.jti !== undefined) core.watch.revoke({ userId: 'u', jti: proof.jti });
    const socket = new FakeSocket(clock);
    core.layer.open({ userId: 'u', socket, extra: { userId: 'u', ...proof } });
    return socket;
  });
  core.watch.endExpired();
  expect(sockets.map(({ closes }) => closes[0]?.reason)).toEqual([
    '{"r":"revoked"}',
    '{"r":"token-expired"}',
  ]);
  expect(core.metrics.openedByResult.get('opened')).toBe(2);
  expect(core.layer.faultCounts().get('listener')).toBeGreaterThan(0);
});
