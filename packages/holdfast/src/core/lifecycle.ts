/**
 * The life of a session. `late` is not a state: it is a ping that has been out too long, computed from `now`.
 *
 * ```
 *             attach                end | order | death
 *  opening ───────────▶ live ─────────────────────────▶ closed
 *     │                                                   ▲
 *     └───────────────────────────────────────────────────┘
 *            end | order | death | opening deadline
 * ```
 */
export type SessionState = 'opening' | 'live' | 'closed';

/**
 * What can happen to a session.
 * - `attach`: a socket is given to it
 * - `end`: the socket shows the first sign of its end (close frame, FIN, RST, error)
 * - `order`: somebody with the right to do so ends it (administrator, policy, protocol breach)
 * - `death`: `causeOfDeath` named a cause
 * - `heard`: a frame of the peer arrived
 */
export type SessionInput = 'attach' | 'end' | 'order' | 'death' | 'heard';

/**
 * What the shell has to do about it.
 * - `greet`: write `ready` and start the heartbeat
 * - `release`: give the slot back and end the socket
 * - `note`: remember when it was
 * - `ignore`: a late word about a session that is over
 * - `misuse`: a mistake of the caller, answered with a UsageError
 */
export type SessionEffect = 'greet' | 'release' | 'note' | 'ignore' | 'misuse';

/** One cell of the table. */
export interface Transition {
  readonly to: SessionState;
  readonly effect: SessionEffect;
}

/** The whole table: every state against every input. SPEC.md prints it and a script holds the two together. */
export const transitions: Readonly<
  Record<SessionState, Readonly<Record<SessionInput, Transition>>>
> = {
  opening: {
    attach: { to: 'live', effect: 'greet' },
    end: { to: 'closed', effect: 'release' },
    order: { to: 'closed', effect: 'release' },
    death: { to: 'closed', effect: 'release' },
    heard: { to: 'opening', effect: 'note' },
  },
  live: {
    attach: { to: 'live', effect: 'misuse' },
    end: { to: 'closed', effect: 'release' },
    order: { to: 'closed', effect: 'release' },
    death: { to: 'closed', effect: 'release' },
    heard: { to: 'live', effect: 'note' },
  },
  closed: {
    attach: { to: 'closed', effect: 'misuse' },
    end: { to: 'closed', effect: 'ignore' },
    order: { to: 'closed', effect: 'ignore' },
    death: { to: 'closed', effect: 'ignore' },
    heard: { to: 'closed', effect: 'ignore' },
  },
};

/** The next state and what to do about it. Total: every pair of state and input has an answer. */
export function next(state: SessionState, input: SessionInput): Transition {
  return transitions[state][input];
}
