import type { Clock, TimerHandle } from '../sessions/clock.ts';
import type { ClusterStore } from '../sessions/store/cluster-store.ts';
import { StoreError } from '../sessions/store/store-error.ts';

/** Told when the store is taken for away, and when it is back. */
export interface StoreWatch {
  away(error: unknown): void;
  back(awayMs: number): void;
}

/** How the store is asked. */
export interface GuardTerms {
  /** An act that was not answered by then counts as failed; whether it was done is unknown. Milliseconds. */
  readonly timeoutMs: number;
  /** More acts than these are never under way at once: a frozen store holds no more than that. */
  readonly mostUnderWay: number;
}

interface Pending {
  readonly dueAt: number;
  readonly expire: () => void;
  isSettled: boolean;
}

/** Failures in a row after which the store is not asked any more until the heartbeat has got an answer. */
const mostFailures = 3;

/**
 * The only way to the store. What it does not answer in time fails; what it cannot take now is refused at once; and while it
 * is away nobody waits for it: only the heartbeat still asks, and its first answer ends that (M. Nygard, "Release It!":
 * circuit breaker). All acts have the same patience, so the oldest is always the next to expire, and one timer serves all.
 */
export class StoreGuard {
  readonly #store: ClusterStore;
  readonly #clock: Clock;
  readonly #terms: GuardTerms;
  readonly #watch: StoreWatch;
  #pending: Pending[] = [];
  #settled = 0;
  #underWay = 0;
  #timer: TimerHandle = null;
  #failures = 0;
  #awaySince: number | null = null;

  constructor(store: ClusterStore, clock: Clock, about: { terms: GuardTerms; watch: StoreWatch }) {
    this.#store = store;
    this.#clock = clock;
    this.#terms = about.terms;
    this.#watch = about.watch;
  }

  /** Whether acts are refused because the store has not answered for a while. */
  get isAway(): boolean {
    return this.#awaySince !== null;
  }

  /** Rejects with {@link StoreError}. */
  ask<T>(act: (store: ClusterStore) => Promise<T>): Promise<T> {
    if (this.#awaySince !== null)
      return Promise.reject(new StoreError('away', 'The store is away.'));
    if (this.#underWay >= this.#terms.mostUnderWay) {
      const text = `Expected at most ${this.#terms.mostUnderWay} acts under way at the store.`;
      return Promise.reject(new StoreError('overloaded', text));
    }
    return this.#send(act);
  }

  /** The same while it is away: finds out whether it is back. */
  probe<T>(act: (store: ClusterStore) => Promise<T>): Promise<T> {
    return this.#send(act);
  }

  #send<T>(act: (store: ClusterStore) => Promise<T>): Promise<T> {
    this.#underWay += 1;
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.#failed(error);
        reject(error);
      };
      const expire = (): void => fail(this.#tooLate());
      const pending: Pending = {
        dueAt: this.#clock.nowMs() + this.#terms.timeoutMs,
        expire,
        isSettled: false,
      };
      this.#pending.push(pending);
      this.#arm();
      const settle = (then: () => void): void => {
        this.#underWay -= 1;
        if (pending.isSettled) return;
        pending.isSettled = true;
        this.#settled += 1;
        this.#forgetSettled();
        then();
      };
      act(this.#store).then(
        (answer) =>
          settle(() => {
            this.#succeeded();
            resolve(answer);
          }),
        (error: unknown) => settle(() => fail(error)),
      );
    });
  }

  #tooLate(): StoreError {
    return new StoreError('timeout', `No answer within ${this.#terms.timeoutMs} ms.`);
  }

  #succeeded(): void {
    this.#failures = 0;
    if (this.#awaySince === null) return;
    const awayMs = this.#clock.nowMs() - this.#awaySince;
    this.#awaySince = null;
    this.#watch.back(awayMs);
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures < mostFailures || this.#awaySince !== null) return;
    this.#awaySince = this.#clock.nowMs();
    this.#watch.away(error);
  }

  #arm(): void {
    if (this.#timer !== null) return;
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    const waitMs = Math.max(1, oldest.dueAt - this.#clock.nowMs());
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = null;
      // After the poll: answers that are here already were in time, however late this timer is (I11).
      this.#clock.afterPoll(() => this.#expire());
    });
  }

  #expire(): void {
    const now = this.#clock.nowMs();
    while (
      this.#pending[0] !== undefined &&
      (this.#pending[0].isSettled || this.#pending[0].dueAt <= now)
    ) {
      const pending = this.#pending.shift() as Pending;
      if (pending.isSettled) this.#settled -= 1;
      else {
        pending.isSettled = true;
        pending.expire();
      }
    }
    this.#arm();
  }

  /** Answers come in the order of acts, nearly: what is settled is at the front, or soon will be. */
  #forgetSettled(): void {
    if (this.#settled < 64 || this.#settled * 2 < this.#pending.length) return;
    this.#pending = this.#pending.filter(({ isSettled }) => !isSettled);
    this.#settled = 0;
  }
}
