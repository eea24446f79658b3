import { expect, it } from 'vitest';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { checkSessions } from './acts.ts';

it('I1 I2 I3 I4 I7 hold after every step, whatever peers, callers and clocks do', () => {
  const reached = checkSessions(
    { SessionLayer, ManualClock, FakeSocket },
    { seed: 1, numRuns: 300 },
  );
  expect([...reached].toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});
