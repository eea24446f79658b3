import type { Clock, TimerHandle } from '../sessions/clock.ts';
import type { Actor, LiveSet } from '../sessions/store/acts.ts';
import type { LiveNode, NodeCard, Roster, StoreListener } from '../sessions/store/cluster-store.ts';
import type { StoreGuard } from './store-guard.ts';

/** What is done about a lease. */
export interface MembershipDuties {
  /**
   * Our lease is gone, and our rows are nobody's until they are asserted under the new generation. `hasLapsed`: we have not
   * renewed it in time, as the store was there for everybody else; otherwise it was away, or has forgotten us.
   */
  rejoined(hasLapsed: boolean): void;
  /** After each renewal. */
  renewed(): void;
  failed(error: unknown): void;
}

/** How often a lease is renewed, milliseconds. The store gives it for five times that. */
const heartbeatMs = 1_000;
const leaseMs = 5_000;

/**
 * This process among the others: its generation, its lease, and who else is alive. A generation that is lost never comes
 * back; the process takes another one and goes on.
 */
export class Membership {
  readonly #guard: StoreGuard;
  readonly #clock: Clock;
  readonly #duties: MembershipDuties;
  readonly #listener: StoreListener;
  #card: NodeCard;
  #generation: number;
  #roster: Roster;
  #timer: TimerHandle = null;
  #isOver = false;
  /** When a renewal was last asked for. */
  #askedAt: number;
  /** Since the last renewal none was asked for in as long as a lease runs: this process stood still, not the store. */
  #hasStoodStill = false;
  #renewedAt: number;
  /** The clock of the store less ours, milliseconds. */
  #aheadMs = 0;
  #heardBroadcast = 0;
  #refreshing: Promise<void> | null = null;

  constructor(
    parts: {
      readonly guard: StoreGuard;
      readonly clock: Clock;
      readonly duties: MembershipDuties;
      readonly listener: StoreListener;
    },
    card: NodeCard,
    joined: Roster & { readonly generation: number },
  ) {
    this.#guard = parts.guard;
    this.#clock = parts.clock;
    this.#duties = parts.duties;
    this.#listener = parts.listener;
    this.#card = card;
    this.#generation = joined.generation;
    this.#roster = joined;
    this.#renewedAt = this.#clock.nowMs();
    this.#askedAt = this.#renewedAt;
    this.#readClock(joined, this.#renewedAt);
    this.#arm(heartbeatMs);
  }

  get generation(): number {
    return this.#generation;
  }

  get live(): LiveSet {
    return this.#roster.live;
  }

  /** Who acts, as every act needs to know. */
  get actor(): Actor {
    const { live, broadcasts } = this.#roster;
    return { node: this.#generation, live, broadcasts: Math.max(broadcasts, this.#heardBroadcast) };
  }

  /** A broadcast is under way that the roster may not know yet. */
  heardBroadcast(number: number): void {
    this.#heardBroadcast = Math.max(this.#heardBroadcast, number);
  }

  get nodes(): readonly LiveNode[] {
    return this.#roster.nodes;
  }

  get roster(): Roster {
    return this.#roster;
  }

  /** The clock of the store, epoch milliseconds, as far as it can be told from here. */
  get storeNowMs(): number {
    return this.#clock.nowMs() + this.#aheadMs;
  }

  /** Since the last renewal, milliseconds. */
  get sinceRenewedMs(): number {
    return this.#clock.nowMs() - this.#renewedAt;
  }

  /**
   * Every other node that had joined when this was called; those that are known, where the store does not answer. Never
   * rejects.
   */
  async everybodyElse(): Promise<readonly LiveNode[]> {
    // One that was sent before may be answered by what was true before.
    await this.#refreshing?.catch(() => {});
    await this.refresh().catch((error: unknown) => this.#duties.failed(error));
    return this.others();
  }

  /** Every other node that is known to be alive. */
  others(): readonly LiveNode[] {
    return this.#roster.nodes.filter(({ generation }) => generation !== this.#generation);
  }

  nodeOf(generation: number): LiveNode | undefined {
    return this.#roster.nodes.find((node) => node.generation === generation);
  }

  /** Says from now on that this node lets nobody in any more. */
  async markDraining(): Promise<void> {
    this.#card = { ...this.#card, isDraining: true };
    await this.refresh();
  }

  /** Reads the live set again, now; whoever asks meanwhile gets the same answer. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#renew().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #renew(): Promise<void> {
    // The lease runs from when it was asked for: the answer may have lain here while this process was stopped.
    const askedAt = this.#clock.nowMs();
    if (askedAt - this.#askedAt >= leaseMs) this.#hasStoodStill = true;
    this.#askedAt = askedAt;
    const answer = await this.#guard.probe((store) => store.renew(this.#generation, this.#card));
    if (answer.outcome === 'lost') {
      await this.#rejoin();
      return;
    }
    this.#roster = answer;
    this.#renewedAt = askedAt;
    this.#readClock(answer, askedAt);
    this.#hasStoodStill = false;
    this.#duties.renewed();
  }

  /** Lets the lease run out. */
  stop(): void {
    this.#isOver = true;
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
  }

  /** Gives the lease up. */
  async leave(): Promise<void> {
    this.stop();
    await this.#guard.probe((store) => store.leave(this.#generation));
  }

  async #rejoin(): Promise<void> {
    const hasLapsed = this.#hasStoodStill;
    const askedAt = this.#clock.nowMs();
    const joined = await this.#guard.probe((store) => store.join(this.#card));
    this.#readClock(joined, askedAt);
    await this.#guard.probe((store) => store.listen(joined.generation, this.#listener));
    this.#generation = joined.generation;
    this.#roster = joined;
    this.#renewedAt = this.#clock.nowMs();
    this.#hasStoodStill = false;
    this.#duties.rejoined(hasLapsed);
  }

  /**
   * As Cristian's algorithm has it: the store has looked at its clock half-way between question and answer. No answer takes
   * as long as a heartbeat: such a one has lain here while this process stood still, since nobody knows when.
   */
  #readClock({ nowMs }: Roster, askedAt: number): void {
    const readAt = this.#clock.nowMs();
    if (readAt - askedAt < heartbeatMs) this.#aheadMs = nowMs - (askedAt + readAt) / 2;
  }

  #arm(ms: number): void {
    if (this.#isOver) return;
    this.#timer = this.#clock.after(ms, () => {
      void this.#beat();
    });
  }

  async #beat(): Promise<void> {
    const beganAt = this.#clock.nowMs();
    try {
      await this.refresh();
    } catch (error) {
      this.#duties.failed(error);
    }
    this.#arm(Math.max(1, heartbeatMs - (this.#clock.nowMs() - beganAt)));
  }
}
