import type { PendingOpen } from '../../sessions/open-request.ts';
import type { ReceiptTruth } from './receipt-truth.ts';
import type { Memory, SimulatedClient } from './simulated-client.ts';
import type { Token } from './simulated-tokens.ts';

/** A newcomer on its way in, as the world knows it. */
export interface Arrival {
  readonly userId: string;
  /** For people. */
  readonly name: string;
  readonly client: SimulatedClient | null;
  /** The limit it brought. */
  readonly brought: number | undefined;
  /** What it remembers of its last connection, and brings. */
  readonly memory: Memory | null;
  /** The one it came with; null where nobody needs one. */
  readonly token: Token | null;
  /** When it asked. */
  readonly since: number;
  pending: PendingOpen | null;
  /** A session was ended whose place it may have taken, as the client of that session or by choice. */
  mayHaveSucceeded: boolean;
  mayHaveTakenOver: boolean;
  /** When it was asked which session is to end for it. */
  askedAt: number | null;
  /** Its token was revoked while it waited. */
  isRevoked: boolean;
}

/** An event as it was handed to the layer. */
export interface Announced {
  readonly number: number;
  /** Whom it is for; null for everybody. */
  readonly userId: string | null;
  /** The only lineage it is for; null for all of the user's. */
  readonly onlyFor: number | null;
  readonly approximateBytes: number;
  /** By the clock of the process. */
  readonly publishedAt: number;
  /** Null where nobody wants to know what becomes of it. */
  receipt: ReceiptTruth | null;
}

/** What is known of one user without asking the layer. */
export class UserTruth {
  readonly id: string;
  /** The limit an operator has set. */
  ownLimit: number | null = null;
  /** It was set in this step, however long the step takes: what was decided before goes by another one, and is told after. */
  isLimitNew = false;
  readonly clients: SimulatedClient[] = [];
  /** How many clients it has had. */
  dialled = 0;
  /** Newcomers not yet decided about, oldest first. */
  readonly arrivals: Arrival[] = [];
  /** Which event got which offset, as far as it has been seen. */
  readonly eventAt: Map<number, Announced> = new Map();
  readonly offsetOf: Map<number, number> = new Map();
  /** Of the events whose publishers want to know. */
  readonly receiptAt: Map<number, ReceiptTruth> = new Map();
  /** When a session of it was last told a gap. */
  gapToldAt: number = Number.NEGATIVE_INFINITY;
  /** Broadcasts that went to it, whose offset nobody has seen yet. */
  readonly unseen: Set<Announced> = new Set();
  /** Where words about missing broadcasts have been seen, and how many have not. */
  readonly noticesAt: Set<number> = new Set();
  unseenNotices = 0;
  /** The highest offset seen. */
  lastOffset = 0;
  /** Offsets up to here that nobody has seen were never given: they lie before the log began, or began anew. */
  prehistoryTo = 0;
  /** The user may have been away for so long that its next event begins a new log. */
  mayBeginAnew = true;
  /** When it was last published to, or last had a session. */
  busyAt = 0;
  /** The highest offset that was written, or told as a gap, to any session. */
  deliveredTo = 0;
  /** Up to this offset the layer has said that what nobody received is lost. */
  lostTo = 0;
  /** Sessions that were taken over in this step, each with those who may have done it. */
  readonly taken: { readonly id: string; readonly takers: readonly Arrival[] }[] = [];
  /** Lineages that ended as revoked, each with when; their tickets are spent. */
  readonly revoked: Map<number, number> = new Map();
  evictedAt: number = Number.NEGATIVE_INFINITY;
  /** Sessions that were opened and not closed, by the events. */
  openCount = 0;
  /** The highest limit any newcomer of this run had. */
  highestLimit = 0;
  /** Sessions and waiting newcomers after the last step. */
  lastCount = 0;
  lastWaiting = 0;
  /** Comes rarely, and little happens to it meanwhile; so its log ages out now and then. */
  readonly isShy: boolean;
  readonly #mostRemembered: number;

  /** @param mostRemembered events, many more than the layer keeps */
  constructor(id: string, isShy: boolean, mostRemembered: number) {
    this.id = id;
    this.isShy = isShy;
    this.#mostRemembered = mostRemembered;
  }

  /** An event has this offset; the oldest are forgotten, long after the layer has. */
  place(event: Announced, offset: number): void {
    this.unseen.delete(event);
    this.eventAt.set(offset, event);
    this.offsetOf.set(event.number, offset);
    if (event.receipt !== null) this.receiptAt.set(offset, event.receipt);
    if (offset > this.lastOffset && this.mayBeginAnew) {
      this.prehistoryTo = offset - 1;
      this.mayBeginAnew = false;
    }
    this.lastOffset = Math.max(this.lastOffset, offset);
    if (this.eventAt.size <= this.#mostRemembered) return;
    for (const [old, { number }] of this.eventAt) {
      this.eventAt.delete(old);
      this.offsetOf.delete(number);
      if (this.eventAt.size <= this.#mostRemembered / 2) return;
    }
  }

  /** At this offset there is a word about what is missing. */
  placeNotice(offset: number): void {
    if (!this.noticesAt.has(offset)) this.unseenNotices -= 1;
    this.noticesAt.add(offset);
    this.lastOffset = Math.max(this.lastOffset, offset);
  }

  /** The limit in force for one who brings this, by the rule of the design: operator, token, everybody. */
  limitFor(brought: number | undefined, everybodys: number): number {
    return this.ownLimit ?? brought ?? everybodys;
  }
}
