import type { SharedMessageIds } from '../sessions/cluster-seat.ts';
import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What claims are made with. */
export interface ClaimParts {
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  /** How long the names of messages of a user are remembered who sends none, milliseconds. */
  readonly keepMs: number;
}

/** Sees to it that a message which a client sends again, on whichever node, is handed to the application once. */
export function claimMessages({ guard, membership, keepMs }: ClaimParts): SharedMessageIds {
  return {
    claim: (user, id) => {
      const act = { ...membership().actor, user, id, keepMs };
      return guard.ask((store) => store.claimMessage(act));
    },
    settle: (user, id, fate) => {
      const act = { ...membership().actor, user, id, fate };
      return guard.ask((store) => store.settleMessage(act));
    },
  };
}
