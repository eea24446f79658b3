import type { DeathCause } from './death.ts';

/** What becomes of a user's limit and of their dead sessions: acted on, or only told. */
export type Stance = 'enforce' | 'observe';

/** For whom limit and clean-up are in force. */
export interface EnforcementOrder {
  /** `named`: for everyone but those whose newest connection came as one to observe. */
  readonly on: 'everyone' | 'named' | 'nobody';
  /**
   * How many sessions somebody who is only observed may hold all the same; null for any number. It never lowers the
   * user's own limit. At this number the limit is in force as it always is.
   */
  readonly interimLimit: number | null;
}

/** Is it acted on for a user of this stance? */
export function isEnforced({ on }: EnforcementOrder, stance: Stance): boolean {
  return on === 'everyone' || (on === 'named' && stance === 'enforce');
}

/** The limit in force for a user of this stance, whose own limit is `limit`; Infinity where there is none. */
export function limitInForce(order: EnforcementOrder, stance: Stance, limit: number): number {
  if (isEnforced(order, stance)) return limit;
  return Math.max(limit, order.interimLimit ?? Number.POSITIVE_INFINITY);
}

/**
 * Is the session of a user who is only observed ended for this cause? Where the transport is closed, or nobody ever came
 * for the slot, there is no connection that could be spared: that is fact, not enforcement.
 */
export function isFact(cause: DeathCause): boolean {
  return cause !== 'no-pong';
}
