import { expect, it } from 'vitest';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { checkSessions } from './acts.ts';

it('I1 I2 I3 I4 I7 hold after every step of twenty thousand random runs', () => {
  const reached = checkSessions({ SessionLayer, ManualClock, FakeSocket }, { numRuns: 20_000 });
  expect(reached.size).toBe(20);
});
