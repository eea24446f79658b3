import type { Clock, TimerHandle } from '../sessions/clock.ts';
import type { ReceiptOutcome, UndeliveredReason } from '../sessions/receipt.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';
import type { StoreGuard } from './store-guard.ts';

/** An event whose publisher asked here what becomes of it. */
export interface AskedFor {
  readonly user: string;
  readonly epoch: string;
  readonly offset: number;
  readonly event: string;
  readonly eventId: string | null;
}

/** What receipts of other nodes work with. */
export interface RemoteReceiptParts {
  readonly clock: Clock;
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  readonly post: Post;
  /** Called once for each that is settled. */
  readonly onSettled: (asked: AskedFor, outcome: ReceiptOutcome) => void;
}

interface Open {
  readonly asked: AskedFor;
  /** By the clock of the process; Infinity without a ttl. */
  readonly endsAt: number;
  readonly waiters: Set<(outcome: ReceiptOutcome) => void>;
}

/** How often the records of events are looked at that nobody has confirmed, milliseconds. */
const lookEveryMs = 5_000;
/** Receipts that are open at once; for those that come then, nobody hears what becomes of them but that they are queued. */
const mostOpen = 100_000;
/** Users whose records are read at once. */
const mostReads = 64;

/**
 * What becomes of events that were published here, wherever their users are. A node whose session confirms one says so; that
 * nobody will is read from the record: the event is no longer in it, or its time is over.
 */
export class RemoteReceipts {
  readonly #parts: RemoteReceiptParts;
  readonly #users: Map<string, Map<string, Open>> = new Map();
  #size = 0;
  #timer: TimerHandle = null;

  constructor(parts: RemoteReceiptParts) {
    this.#parts = parts;
    parts.post.on('receipt', (data) => {
      const { user, epoch, offset } = data as { user?: unknown; epoch?: unknown; offset?: unknown };
      if (typeof user === 'string') this.delivered(user, String(epoch), Number(offset));
    });
  }

  get size(): number {
    return this.#size;
  }

  begin(asked: AskedFor, ttlMs: number | null): void {
    if (this.#size >= mostOpen) return;
    const ofUser = this.#users.get(asked.user) ?? new Map<string, Open>();
    const place = placeOf(asked.epoch, asked.offset);
    const former = ofUser.get(place);
    // The store has lost what had this place before.
    if (former !== undefined) this.#settle(former, 'expired');
    this.#users.set(asked.user, ofUser);
    const endsAt = this.#parts.clock.nowMs() + (ttlMs ?? Number.POSITIVE_INFINITY);
    ofUser.set(place, { asked, endsAt, waiters: new Set() });
    this.#size += 1;
    this.#arm();
  }

  /** A session of this node has confirmed an event: whoever asked hears of it. */
  tellDelivered(
    asker: number,
    user: string,
    { epoch, offset }: { epoch: string; offset: number },
  ): void {
    if (asker === this.#parts.membership().generation) this.delivered(user, epoch, offset);
    else this.#parts.post.tell(asker, 'receipt', { user, epoch, offset });
  }

  delivered(user: string, epoch: string, offset: number): void {
    const open = this.#users.get(user)?.get(placeOf(epoch, offset));
    if (open !== undefined) this.#settle(open, 'delivered');
  }

  /** What became of it within the time given; null when nobody knows yet. Never rejects. */
  outcomeOf(
    { user, epoch, offset }: { user: string; epoch: string; offset: number },
    { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
  ): Promise<ReceiptOutcome | null> {
    const open = this.#users.get(user)?.get(placeOf(epoch, offset));
    if (open === undefined || waitMs <= 0 || signal?.aborted === true) return Promise.resolve(null);
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const end = (outcome: ReceiptOutcome | null): void => {
        open.waiters.delete(end);
        clock.cancel(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(outcome);
      };
      const giveUp = (): void => end(null);
      const timer = clock.after(waitMs, giveUp);
      signal?.addEventListener('abort', giveUp);
      open.waiters.add(end);
    });
  }

  /** Ends every wait. */
  close(): void {
    if (this.#timer !== null) this.#parts.clock.cancel(this.#timer);
    for (const ofUser of this.#users.values()) {
      for (const open of ofUser.values()) this.#settle(open, 'expired');
    }
  }

  #arm(): void {
    if (this.#timer !== null || this.#size === 0) return;
    this.#timer = this.#parts.clock.after(lookEveryMs, () => {
      void this.#look().finally(() => {
        this.#timer = null;
        this.#arm();
      });
    });
  }

  async #look(): Promise<void> {
    const users = [...this.#users.keys()];
    for (let from = 0; from < users.length; from += mostReads) {
      const slice = users.slice(from, from + mostReads);
      await Promise.all(slice.map((user) => this.#lookAt(user)));
    }
  }

  async #lookAt(user: string): Promise<void> {
    const now = this.#parts.clock.nowMs();
    const record = await this.#parts.guard
      .ask((store) => store.read({ user, after: Number.MAX_SAFE_INTEGER, most: 1 }))
      .then((answer) => answer.record)
      // The store is away: nothing is known, but what our own clock says.
      .catch(() => 'unknown' as const);
    for (const open of [...(this.#users.get(user)?.values() ?? [])]) {
      const why = goneBecause(open, record, now);
      if (why !== null) this.#settle(open, why);
    }
  }

  #settle(open: Open, outcome: ReceiptOutcome): void {
    const { asked, waiters } = open;
    const ofUser = this.#users.get(asked.user);
    if (ofUser?.delete(placeOf(asked.epoch, asked.offset)) !== true) return;
    this.#size -= 1;
    if (ofUser.size === 0) this.#users.delete(asked.user);
    for (const tell of [...waiters]) tell(outcome);
    this.#parts.onSettled(asked, outcome);
  }
}

function placeOf(epoch: string, offset: number): string {
  return `${offset} ${epoch}`;
}

function goneBecause(
  { asked, endsAt }: Open,
  record: { readonly epoch: string; readonly first: number } | null | 'unknown',
  now: number,
): UndeliveredReason | null {
  if (now >= endsAt) return 'expired';
  if (record === 'unknown') return null;
  if (record === null || record.epoch !== asked.epoch) return 'expired';
  return record.first > asked.offset ? 'overflow' : null;
}
