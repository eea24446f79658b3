import type { SessionEnd } from '../protocol/close-causes.ts';

/** The ways in which the application or an administrator may end a session. */
export type CloseOrder = Extract<
  SessionEnd,
  'admin' | 'revoked' | 'token-expired' | 'released' | 'slow'
>;

/** How to close several sessions of a user. */
export interface CloseUserOptions {
  /** Ids of sessions that stay. */
  readonly exclude?: readonly string[];
  readonly cause?: CloseOrder;
  /** Words for the log; never sent. */
  readonly note?: string;
}
