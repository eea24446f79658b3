import type { CloseCause } from '../../protocol/close-causes.ts';
import type { Session } from '../../sessions/session.ts';
import type { Judgement } from './judgement.ts';
import type { ReceiptTruth } from './receipt-truth.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import type { Token } from './simulated-tokens.ts';
import type { Announced } from './user-truth.ts';

/** What is known of one session without asking the layer. */
export class SessionTruth {
  readonly session: Session;
  readonly id: string;
  readonly userId: string;
  readonly openedAt: number;
  /** When its client asked for the slot, by what the layer tells of the time it waited. */
  arrivedAt: number;
  socket: SimulatedSocket | null = null;
  client: SimulatedClient | null = null;
  /** Causes somebody has ordered, just now. */
  readonly orders: Set<CloseCause> = new Set();
  /** The offset up to which everything was written to it or told as a gap; null before `ready`. */
  coveredTo: number | null = null;
  /** When that last rose. */
  coveredAt: number = Number.NEGATIVE_INFINITY;
  /** Events it was written whose publishers want to know. */
  readonly tracked: Set<ReceiptTruth> = new Set();
  /** The one in force, as its client knows; null where nobody needs one. */
  token: Token | null = null;
  tokenSince: number = Number.NEGATIVE_INFINITY;
  /** What the application was asked about it, and nobody has told yet what came of it; oldest first. */
  judgements: Judgement[] = [];
  /** Null until its end was told. */
  endedAs: CloseCause | null = null;
  /** When its client was told to come back after a drain; null before that. */
  returnsAt: number | null = null;
  /** The last event of its own that was published before that. */
  owedTo = 0;
  /** The value after the last step, to notice who changes it; null in the step in which it was opened. */
  heardAtSeen: number | null = null;

  constructor(session: Session, openedAt: number) {
    this.session = session;
    this.id = session.id;
    this.userId = session.userId;
    this.openedAt = openedAt;
    this.arrivedAt = openedAt;
  }

  /** Whether an event is for it. */
  owns({ onlyFor }: Announced): boolean {
    return onlyFor === null || onlyFor === this.session.lineage;
  }

  /** When it was last certain to be alive: a frame of its peer was handed over, or it asked for its slot. */
  get provenAt(): number {
    return Math.max(this.arrivedAt, this.socket?.record.heardAt ?? Number.NEGATIVE_INFINITY);
  }
}
