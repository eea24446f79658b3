import type { Mutant } from '../mutants.ts';

/** Mistakes about the end of a layer. */
export const drainingMutants: readonly Mutant[] = [
  {
    name: 'a session is closed before its client has confirmed anything',
    file: 'sessions/departures.ts',
    from: 'departure.isConfirmed = session.socket?.canPing === false;',
    to: 'departure.isConfirmed = true;',
  },
  {
    name: 'the answer to any ping proves that a client has everything',
    file: 'sessions/departures.ts',
    from: 'if (isLaterMark(mark, departure.toldAfter) && session.acked >= departure.upTo)',
    to: 'if (departure.upTo >= 0)',
  },
  {
    name: 'newcomers are let in while the layer is drained',
    file: 'sessions/drain.ts',
    from: 'reception.close(whenToReturn);',
    to: '',
  },
  {
    name: 'the close frame tells of another instant than the drain',
    file: 'sessions/departures.ts',
    from: 'const retryAfterMs = Math.max(0, returnAtRaw - this.#rooms.clock.nowMs());',
    to: 'const retryAfterMs = Math.max(0, returnAtRaw + 500 - this.#rooms.clock.nowMs());',
  },
  {
    name: 'the logs outlive the layer',
    file: 'sessions/drain.ts',
    from: 'history.close();',
    to: '',
  },
];
