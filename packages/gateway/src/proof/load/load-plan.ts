import type { Shape } from './shape.ts';

/** A population of clients and what it does to the target. */
export interface LoadPlan {
  readonly users: number;
  readonly sessionsPerUser: number;
  /** Connects per second: at first to fill the population, then by clients that leave and come again. */
  readonly ratePerSecond: number;
  readonly shape: Shape;
  /** Of the run after the population has been filled. */
  readonly durationMs: number;
  /** Share of the population that is frozen, 0 to 1. */
  readonly frozenShare: number;
  /** Events published per second, each to one user. */
  readonly eventsPerSecond: number;
  readonly seed: number;
}

/** What a load does unless it is told otherwise: the seed document's 50 users with 5 sessions each. */
export const usualLoad: LoadPlan = {
  users: 50,
  sessionsPerUser: 5,
  ratePerSecond: 50,
  shape: 'steady',
  durationMs: 30_000,
  frozenShare: 0.04,
  eventsPerSecond: 20,
  seed: 1,
};

/** What a load measures. */
export const quantities = {
  /** What the target's own work on one newcomer took, without waiting for anybody. */
  creation: { name: 'creation', unit: 'ms' },
  /** From the instant a client was due, or its predecessor had closed if that was later, to its session. */
  connect: { name: 'connect', unit: 'ms' },
  /** From the instant a reload was due to its session, with the close of the session before. */
  reload: { name: 'reload', unit: 'ms' },
  /** From the instant an event was due to be published to its arrival at one client. */
  event: { name: 'event', unit: 'ms' },
  /** From the first packet to the session, of a client whose user's places are held by sessions nobody is behind. */
  overFrozen: { name: 'connect-over-frozen', unit: 'ms' },
  /** Close code of a connect that was not accepted. */
  refused: { name: 'refused', unit: 'code' },
  /** Close code of a session that ended though its client had not left. */
  ended: { name: 'ended', unit: 'code' },
  /** Events that a client neither received nor was told a gap for. */
  lost: { name: 'lost', unit: 'events' },
  sessions: { name: 'sessions', unit: 'sessions' },
} as const;
