import type { Clock } from '../sessions/clock.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { RepairCounts } from '../sessions/session-event.ts';
import type { AssertAnswer, LogTerms } from '../sessions/store/acts.ts';
import type { Membership } from './membership.ts';
import { drawEpoch, type RecordMirrors } from './record-mirrors.ts';
import type { StoreGuard } from './store-guard.ts';

/** What repairs are made with. */
export interface RepairParts {
  readonly guard: StoreGuard;
  readonly clock: Clock;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly mirrors: RecordMirrors;
  readonly terms: LogTerms;
  /** Nobody is ended for whom the store has no room because it has forgotten, or was away. */
  readonly isExcessKept: boolean;
  /** Handles of this user's newcomers who are on their way. */
  readonly coming: (userId: string) => readonly number[];
  /** Told of each user for whom rows and sessions differed. */
  readonly onRepaired: (repair: Repair) => void;
  /** When somebody for whom there is no room any more may come back. */
  readonly retryMs: () => number;
}

/** What differed about a user, and was put right. */
interface Repair extends RepairCounts {
  readonly user: string;
}

/** Users asserted at once. */
const mostAtOnce = 256;
/** How many users the audit looks at with each turn, at least; and within how many turns it has been with everybody. */
const leastAudited = 64;
const turnsPerRound = 60;

/**
 * Sees to it that the rows of the store are those of the sessions here. Users about whom the store may not know the truth are
 * asserted as soon as it answers; everybody else in turn, a few with each heartbeat. The node that holds the socket is right
 * about it; the store is right about whether there is room.
 */
export class Repairs {
  readonly #parts: RepairParts;
  readonly #doubtful: Map<string, { isForced: boolean }> = new Map();
  readonly #underWay: Map<string, Promise<void>> = new Map();
  #audit: Iterator<string> | null = null;
  #isMending = false;

  constructor(parts: RepairParts) {
    this.#parts = parts;
  }

  /** Users about whom rows and sessions are not known to agree. */
  get drift(): number {
    return this.#doubtful.size;
  }

  /** The store may be wrong about this user. @param isForced what there is no room for is kept as excess */
  doubt(userId: string, isForced: boolean = this.#parts.isExcessKept): void {
    const known = this.#doubtful.get(userId);
    if (known === undefined) this.#doubtful.set(userId, { isForced });
    else if (isForced) known.isForced = true;
  }

  /** The store may be wrong about everybody here. @param isForced as in {@link doubt} */
  doubtAll(isForced: boolean = this.#parts.isExcessKept): void {
    for (const userId of this.#parts.layer().cluster.users()) this.doubt(userId, isForced);
  }

  /**
   * Our lease has lapsed while the store was there for everybody else: what it has given to others since is theirs, and nobody
   * here is kept beyond the limit, whatever was doubted before.
   */
  yieldAll(): void {
    for (const userId of this.#parts.layer().cluster.users())
      this.#doubtful.set(userId, { isForced: false });
  }

  /** With each heartbeat: whoever is in doubt, and the next few of the others. */
  turn(): void {
    if (this.#parts.guard.isAway) return;
    void this.#mend();
    const { layer } = this.#parts;
    const most = Math.max(leastAudited, Math.ceil(layer().cluster.userCount / turnsPerRound));
    this.#audit ??= layer().cluster.users()[Symbol.iterator]();
    for (let looked = 0; looked < most; looked += 1) {
      const next = this.#audit.next();
      if (next.done === true) {
        this.#audit = null;
        break;
      }
      void this.#look(next.value);
    }
  }

  /** Asserts one user now; resolves when that is done, or has failed. */
  assert(userId: string): Promise<void> {
    const underWay = this.#underWay.get(userId);
    if (underWay !== undefined) return underWay;
    const isForced = this.#doubtful.get(userId)?.isForced ?? this.#parts.isExcessKept;
    // What is doubted from here on is not answered by what is asserted now.
    this.#doubtful.delete(userId);
    const done = this.#assert(userId, isForced)
      .catch(() => this.doubt(userId, isForced))
      .finally(() => this.#underWay.delete(userId));
    this.#underWay.set(userId, done);
    return done;
  }

  /** The row of a session that ends now may be put back by an assertion that was asked while it was here. */
  isAsserting(userId: string): boolean {
    return this.#underWay.has(userId);
  }

  async #look(userId: string): Promise<void> {
    if (this.#doubtful.has(userId)) return;
    await this.assert(userId);
  }

  async #mend(): Promise<void> {
    if (this.#isMending) return;
    this.#isMending = true;
    const users = [...this.#doubtful.keys()];
    for (let from = 0; from < users.length && !this.#parts.guard.isAway; from += mostAtOnce) {
      const slice = users.slice(from, from + mostAtOnce);
      await Promise.all(slice.map((user) => this.assert(user)));
    }
    this.#isMending = false;
  }

  async #assert(user: string, isForced: boolean): Promise<void> {
    const { guard, clock, layer, membership, terms, mirrors, coming } = this.#parts;
    const rawNow = clock.nowMs();
    const storeNow = membership().storeNowMs;
    const sessions = layer().sessionsOf(user);
    const rows = sessions.map(({ generation, lineage, predecessor, device, openedAtRaw }) => ({
      session: generation,
      lineage,
      predecessor,
      device,
      openedAtMs: Math.floor(storeNow - (rawNow - openedAtRaw)),
    }));
    const limit = sessions.at(-1)?.limit ?? layer().limitOf(user);
    const { actor } = membership();
    const known = mirrors.knownOf(user);
    const about = { user, rows, coming: coming(user), limit, isForced, epoch: drawEpoch(), terms };
    const answer = await guard.ask((store) => store.assertRows({ ...actor, ...about }));
    this.#apply(user, answer);
    await mirrors.compare(user, answer.record, known);
  }

  #apply(user: string, { verdicts, removed }: AssertAnswer): void {
    const repair = { user, restored: 0, removed, superseded: 0, full: 0 };
    for (const { session, verdict } of verdicts) {
      if (verdict === 'kept') continue;
      repair[verdict] += 1;
      const { layer, retryMs } = this.#parts;
      if (verdict === 'superseded')
        layer().cluster.closeFor(user, session, { cause: 'superseded' });
      if (verdict === 'full') layer().cluster.endExcess(user, session, retryMs());
    }
    const differed = repair.restored + removed + repair.superseded + repair.full;
    if (differed === 0) return;
    this.#parts.onRepaired(repair);
  }
}
