import type { Actor } from './acts.ts';

/**
 * A node asks for a message of a user, by the name its client gave it, to hand it to the application. `new`: it is this node's
 * to hand over, also where it has claimed it before, or a node has that is gone. `pending`: another node is at it. `taken`: the
 * application has it. The last 128 names are remembered, until none was claimed for `keepMs`.
 */
export interface ClaimAct extends Actor {
  readonly user: string;
  readonly id: string;
  readonly keepMs: number;
}

export type ClaimAnswer = 'new' | 'pending' | 'taken';

/** What became of a message that was this node's to hand over: one that `failed` may be claimed again. */
export interface SettleAct extends Actor {
  readonly user: string;
  readonly id: string;
  readonly fate: 'taken' | 'failed';
}
