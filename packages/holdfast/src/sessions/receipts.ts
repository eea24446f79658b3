import { never, noEntry } from '../core/timing-wheel.ts';
import type { ResumeVerdict } from '../protocol/frames.ts';
import { AwaitedReceipts, mostAwaited } from './awaited-receipts.ts';
import type { Clock } from './clock.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { EventStream } from './event-stream.ts';
import type { History } from './history.ts';
import type { HookRunner, HookUse, SessionHooks, UndeliveredEvent } from './hooks.ts';
import type { Pulse } from './pulse.ts';
import {
  Receipt,
  type ReceiptOutcome,
  type ReceiptSeed,
  type UndeliveredReason,
} from './receipt.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What receipts are kept with. */
export interface ReceiptsRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly history: History;
  readonly events: EventStream;
  readonly hooks: SessionHooks;
  readonly hookRunner: HookRunner;
  readonly cluster: ClusterSeat | null;
}

/** What became of a tracked event. */
export type SettledEvent = Omit<UndeliveredEvent, 'reason'> & { readonly outcome: ReceiptOutcome };

/** Receipts told before the event loop gets its turn: a log that ends may settle thousands at once. */
const sliceReceipts = 256;

/**
 * What becomes of events whose publisher wants to know. `delivered` is said only of what a session has confirmed that was
 * written it; a session that jumped over it, or began after it, confirms nothing. Settling changes facts only, so it may
 * happen in the middle of anything; whoever wants to know is told in the next turn of the loop.
 */
export class Receipts {
  readonly #rooms: ReceiptsRooms;
  readonly #tellingHook: HookUse<UndeliveredEvent, null>;
  readonly #untold: Receipt[] = [];
  #isTelling = false;

  constructor(rooms: ReceiptsRooms) {
    this.#rooms = rooms;
    this.#tellingHook = {
      call: (_nobody, receipt) => rooms.hooks.onUndelivered?.(receipt),
      done: () => {},
      failed: () => {},
    };
  }

  /** The receipt of an event that is about to get its place in the log. */
  begin(seed: Omit<ReceiptSeed, 'endsAtRaw'>, ttlMs: number | null): Receipt {
    const endsAtRaw = ttlMs === null ? never : this.#rooms.clock.nowMs() + ttlMs;
    return new Receipt(this, { ...seed, endsAtRaw });
  }

  /** The receipt of an event of a record that is kept elsewhere, for the node that asked. */
  mirror(seed: Omit<ReceiptSeed, 'endsAtRaw'>, endsAtRaw: number): Receipt {
    return new Receipt(this, { ...seed, endsAtRaw });
  }

  /** None of its tracked events can be confirmed by this session any more: what it says now is of another record. */
  forget(session: Session): void {
    const { awaited } = session;
    session.awaited = null;
    if (awaited === null) return;
    for (let next = awaited.takeUpTo(never); next !== null; next = awaited.takeUpTo(never))
      this.letGo(next);
  }

  /** Its event has its place: from now on its time runs out. */
  start(receipt: Receipt): void {
    if (receipt.endsAtRaw === never || receipt.outcome !== null) return;
    const { pulse, clock } = this.#rooms;
    const leftMs = receipt.endsAtRaw - clock.nowMs();
    receipt.timer = pulse.add(receipt, pulse.latest + Math.max(0, leftMs));
    // Whoever hears that a timer could not be set may have settled it.
    if (isSettled(receipt)) pulse.remove(receipt.timer);
  }

  /** Whether nobody may be written this event any more. */
  isOver(receipt: Receipt): boolean {
    if (receipt.withdrawn === null && this.#rooms.clock.nowMs() >= receipt.endsAtRaw)
      this.withdraw(receipt, 'expired');
    return receipt.withdrawn !== null;
  }

  /** The event is about to be written to a session. Exactly one of {@link written} and {@link letGo} follows. */
  hold(receipt: Receipt): void {
    receipt.holders += 1;
  }

  /** The engine has taken the event: from now on this session can confirm it. */
  written(receipt: Receipt, session: Session): void {
    receipt.noteWritten(session);
    if (receipt.epoch !== this.#rooms.history.epochIn(session)) {
      this.letGo(receipt);
      return;
    }
    if (receipt.offset <= session.acked) this.#settle(receipt, 'delivered');
    if (session.state === 'closed' || receipt.outcome !== null) {
      this.letGo(receipt);
      return;
    }
    session.awaited ??= new AwaitedReceipts();
    session.awaited.add(receipt);
    if (session.awaited.size <= mostAwaited) return;
    const oldest = session.awaited.takeUpTo(receipt.offset);
    if (oldest !== null) this.letGo(oldest);
  }

  /** A session that was written it, or should have been, will not confirm it. */
  letGo(receipt: Receipt): void {
    receipt.holders -= 1;
    this.#settleIfLost(receipt);
  }

  /** A session has confirmed more than before. O(what is settled by that). */
  confirmed({ awaited, acked }: Session): void {
    if (awaited === null) return;
    for (let next = awaited.takeUpTo(acked); next !== null; next = awaited.takeUpTo(acked)) {
      this.#settle(next, 'delivered');
      this.letGo(next);
    }
  }

  /** A session is over. Where its client has come back with its ticket, the position it brought is its last word. */
  left(session: Session): void {
    const { awaited, userId, generation, cursor } = session;
    if (awaited === null) return;
    const { registry, history } = this.#rooms;
    const heir = registry.of(userId).find(({ predecessor }) => predecessor === generation);
    const last = heir?.brought ?? null;
    if (last !== null && last.epoch === history.epochIn(session) && last.offset <= cursor)
      session.acked = Math.max(session.acked, last.offset);
    this.confirmed(session);
    this.forget(session);
  }

  /**
   * A session has its place in the log. A client that has come back with a ticket has everything up to the position it
   * brought that was written to the session of that ticket, or to one before. What was written to a later one of its lineage
   * it has jumped over, as has one that begins elsewhere: nobody who comes after it vouches for that.
   */
  placed(session: Session, { outcome }: ResumeVerdict): void {
    const { userId, lineage, predecessor: generation, cursor } = session;
    if (lineage === session.generation) return;
    const hasAll = outcome === 'lossless' || outcome === 'replayed';
    const isInOrder = this.#rooms.cluster === null;
    const log = this.#rooms.history.find(userId);
    for (const receipt of log?.receiptsUpTo(cursor) ?? []) {
      const isKnown = hasAll && receipt.wasWrittenTo({ lineage, generation }, isInOrder);
      if (isKnown) this.#settle(receipt, 'delivered');
      else receipt.forgetWritten(lineage);
    }
  }

  /** Whether a session reads past an event because nobody is written it any more. */
  isSkipped(receipt: Receipt, { lineage }: Session): boolean {
    if (!this.isOver(receipt)) return false;
    receipt.forgetWritten(lineage);
    return true;
  }

  withdraw(receipt: Receipt, reason: UndeliveredReason): void {
    receipt.withdrawn ??= reason;
    this.#settleIfLost(receipt);
  }

  due(receipt: Receipt, now: number): number {
    const leftMs = receipt.endsAtRaw - this.#rooms.clock.nowMs();
    if (leftMs > 0) return now + leftMs;
    receipt.timer = noEntry;
    this.withdraw(receipt, 'expired');
    return never;
  }

  /** Tells of all that has been settled, here and now. */
  tellAll(): void {
    while (this.#untold.length > 0) this.#tellSlice();
  }

  #settleIfLost(receipt: Receipt): void {
    const { withdrawn, holders } = receipt;
    if (withdrawn !== null && holders === 0) this.#settle(receipt, withdrawn);
  }

  #settle(receipt: Receipt, outcome: ReceiptOutcome): void {
    if (receipt.outcome !== null) return;
    const { pulse, history, clock } = this.#rooms;
    receipt.outcome = outcome;
    if (receipt.timer !== noEntry) pulse.remove(receipt.timer);
    receipt.timer = noEntry;
    if (this.#isForgotten(receipt)) return;
    const log = history.find(receipt.userId);
    if (outcome !== 'delivered' && log?.epoch === receipt.epoch) log.noteLost(receipt.offset);
    const { waiters } = receipt;
    receipt.waiters = null;
    for (const waiter of waiters ?? []) waiter.answer(outcome);
    this.#untold.push(receipt);
    if (this.#isTelling) return;
    this.#isTelling = true;
    clock.afterPoll(() => this.#tell());
  }

  #tell(): void {
    this.#tellSlice();
    this.#isTelling = this.#untold.length > 0;
    if (this.#isTelling) this.#rooms.clock.afterPoll(() => this.#tell());
  }

  #tellSlice(): void {
    for (const receipt of this.#untold.splice(0, sliceReceipts)) {
      const { userId: user, epoch, offset, event, eventId, outcome, node } = receipt;
      if (outcome === null) continue;
      const named = eventId === null ? {} : { id: eventId };
      if (node === null) this.tell({ user, epoch, offset, event, ...named, outcome });
      else this.#tellNode(receipt, node);
    }
  }

  /** Of the events of another node only two things are known here: that one was confirmed, and that its time is over. */
  #tellNode({ userId: user, epoch, offset, outcome }: Receipt, node: number): void {
    const known = outcome === 'delivered' ? outcome : 'expired';
    const about = { user, epoch, offset, outcome: known, node } as const;
    this.#rooms.events.emit({ type: 'receiptSettled', ...about });
  }

  /** Tells what became of an event whose publisher has asked this process. */
  tell({ outcome, ...about }: SettledEvent): void {
    const { hooks, hookRunner, events } = this.#rooms;
    const { user, epoch, offset } = about;
    events.emit({ type: 'receiptSettled', user, epoch, offset, outcome });
    if (outcome === 'delivered' || hooks.onUndelivered === undefined) return;
    hookRunner.run(this.#tellingHook, null, { ...about, reason: outcome });
  }

  /** It has left the mirror of a record in which it still is: what becomes of it is known elsewhere. */
  #isForgotten({ node, outcome, endsAtRaw }: Receipt): boolean {
    if (node === null || outcome === 'delivered') return false;
    return this.#rooms.clock.nowMs() < endsAtRaw;
  }
}

function isSettled({ outcome }: Receipt): boolean {
  return outcome !== null;
}
