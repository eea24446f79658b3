import type { Stance } from '../core/enforcement.ts';
import type { ResumeRequest } from './resumption.ts';
import type { Session } from './session.ts';
import type { Refused } from './session-event.ts';
import type { SessionSocket } from './socket.ts';

/** A request for a slot. */
export interface OpenRequest {
  /** Whose slot: 1 to 256 bytes of any text. */
  readonly userId: string;
  /**
   * The open socket, if there is one already: it is attached, held while waiting, or closed with its reason. Without
   * one, the slot is held until `attach`, at most for the open timeout; and under the policy `ask` there is nobody to be
   * asked, so that it is denied.
   */
  readonly socket?: SessionSocket;
  /** A name for people, such as "Firefox on the laptop". */
  readonly device?: string;
  /** What the application wants to keep with the session, such as the claims of its token. */
  readonly extra?: unknown;
  /** What its client brings back from its last connection. */
  readonly resume?: ResumeRequest;
  /** The limit in force for this newcomer, unless an operator has set another one for the user. */
  readonly limit?: number;
  /**
   * Whether limit and clean-up are acted on for this user from now on, or only told; acted on, if absent. See
   * {@link SessionLayer.setEnforcement}.
   */
  readonly stance?: Stance;
  /** When our work on this newcomer began, by the clock of the layer; now, if absent. */
  readonly startedAtMs?: number;
}

/** The answer to a newcomer that did not get a slot. A value, and the whole truth: who stands in the way, and since when. */
export type Refusal = Omit<Refused, 'type' | 'user' | 'workMs' | 'waitedMs'>;

/** How a request for a slot ended. `left`: the socket went away, or the request was withdrawn, before it was decided. */
export type OpenOutcome =
  | { readonly outcome: 'opened'; readonly session: Session }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'left' };

/**
 * What `open` answers in the same tick; a newcomer who waits is settled later, within the probe timeout and a beat; under
 * the policy `ask`, up to 30 s later still.
 */
export type Admission = OpenOutcome | PendingOpen;

/** A newcomer who waits for a slot. */
export interface PendingOpen {
  readonly outcome: 'waiting';
  /**
   * Resolves with what came of it; never rejects. Within the probe timeout and a beat, unless the newcomer is asked which
   * session is to end for it (`onLimit: 'ask'`): then after 30 s more at the latest.
   */
  readonly settled: Promise<OpenOutcome>;
  /** Gives up the place in the queue. */
  withdraw(): void;
}
