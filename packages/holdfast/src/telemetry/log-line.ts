import type { SessionEvent } from '../sessions/session-event.ts';

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line for the log: its weight, its text, and the event itself as fields. */
export interface LogLine {
  readonly level: LogLevel;
  readonly msg: string;
}

type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { readonly type: T }>;

/** One writer for each kind of event that is worth a line; the others are too frequent to be told. */
const writers: { readonly [T in SessionEvent['type']]?: (event: EventOf<T>) => LogLine | null } = {
  sweepStarted: () => ({ level: 'info', msg: '✅ Background cleanup task started successfully' }),
  sweepFailed: ({ inARow }) => ({
    level: inARow >= 3 ? 'error' : 'warn',
    msg: `Background cleanup failed, ${inARow} in a row`,
  }),
  pressureReaped: ({ found, freed }) => {
    if (freed > 0)
      return {
        level: 'info',
        msg: '✅ Emergency cleanup successful - proceeding with manager creation',
      };
    return found > 0
      ? { level: 'error', msg: 'Emergency cleanup found dead sessions and freed none' }
      : null;
  },
  reaped: ({ cleaned }) => ({
    level: 'info',
    msg: `🔥 EMERGENCY CLEANUP COMPLETE: Cleaned ${cleaned} managers`,
  }),
  opened: () => ({ level: 'info', msg: 'Session opened' }),
  refused: ({ reason }) => ({ level: 'warn', msg: `Newcomer refused: ${reason}` }),
  turnedAway: ({ reason }) => ({ level: 'warn', msg: `Newcomer turned away: ${reason}` }),
  closed: ({ cause }) => ({ level: 'info', msg: `Session closed: ${cause}` }),
  evicted: ({ policy }) =>
    policy === 'ask'
      ? { level: 'info', msg: 'Session taken over by another client of its user' }
      : { level: 'warn', msg: 'Oldest session evicted by policy' },
  asked: () => ({ level: 'info', msg: 'Newcomer asked which session is to end for it' }),
  askingEnded: ({ how }) => ({ level: 'info', msg: `Newcomer asked no longer: ${how}` }),
  fault: ({ where }) => ({ level: 'warn', msg: `Fault in ${where}` }),
  stalled: ({ gapMs }) => ({
    level: 'warn',
    msg: `The event loop stalled for ${Math.round(gapMs)} ms; deadlines were extended by it`,
  }),
  refreshed: () => ({ level: 'debug', msg: 'Token refreshed' }),
  refreshRefused: () => ({ level: 'warn', msg: 'Refreshing refused: the token is not good' }),
  lost: ({ reason }) => ({ level: 'warn', msg: `Events lost: ${reason}` }),
  receiptSettled: ({ outcome, node }) =>
    outcome === 'delivered' || node !== undefined
      ? null
      : { level: 'warn', msg: `Event not delivered: ${outcome}` },
  limitSet: () => ({ level: 'info', msg: 'Limit of a user set' }),
  enforcementSet: ({ on }) => ({
    level: 'info',
    msg: `Limit and clean-up are in force for: ${on}`,
  }),
  wouldHaveRefused: ({ reason }) => ({
    level: 'info',
    msg: `Newcomer let in who would have been refused: ${reason}`,
  }),
  wouldHaveReaped: ({ cause }) => ({
    level: 'info',
    msg: `Session kept that would have been reaped: ${cause}`,
  }),
  swept: ({ drift }) =>
    drift > 0 ? { level: 'error', msg: 'Audit found drift and put it right' } : null,
  joined: ({ isAnew }) =>
    isAnew
      ? { level: 'warn', msg: 'The lease of this node was over: joined the other nodes anew' }
      : { level: 'info', msg: 'Joined the other nodes' },
  storeAway: () => ({ level: 'error', msg: 'The store does not answer any more' }),
  storeBack: () => ({ level: 'info', msg: 'The store answers again' }),
  repaired: () => ({
    level: 'warn',
    msg: 'Rows of the store and sessions here differed, and were put right',
  }),
  unknownHandle: () => ({
    level: 'debug',
    msg: 'Asked to close a session that is over or never was',
  }),
};

/** What a log says of an event, or null. The texts of the seed document appear word for word. */
export function logLineOf<T extends SessionEvent['type']>(event: EventOf<T>): LogLine | null {
  const write: ((event: EventOf<T>) => LogLine | null) | undefined = writers[event.type];
  return write?.(event) ?? null;
}
