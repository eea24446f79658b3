import assert from 'node:assert/strict';
import type {
  Actor,
  AdmitAct,
  AdmitAnswer,
  AppendAct,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  LiveSet,
  LogTerms,
  ReadAnswer,
  RecordHead,
  Row,
  UserState,
} from '../../sessions/store/acts.ts';
import type { ClaimAnswer } from '../../sessions/store/message-acts.ts';
import type {
  ClusterStore,
  Roster,
  StoreListener,
  StoreMessage,
  SweepSlice,
} from '../../sessions/store/cluster-store.ts';
import type { StoreBench } from './bench.ts';

/** So long that nothing is forgotten while a case runs. */
export const longMs = 600_000;
/** So short that a case can wait for its end. */
export const shortMs = 40;

/** Bounds that are not met by chance. */
export const roomy: LogTerms = { events: 100, bytes: 100_000, keepMs: longMs };

/** Nothing is known of anybody, so everybody is alive. */
const everybody: LiveSet = { upTo: 0, generations: [] };

/** The answer to whoever was let in. */
export type Admitted = Extract<AdmitAnswer, { readonly outcome: 'admitted' }>;
/** The answer to whoever was not. */
export type Full = Extract<AdmitAnswer, { readonly outcome: 'full' }>;

/** One process of a case: its connection, its generation, and what it has heard. */
export class ContractNode implements StoreListener {
  readonly store: ClusterStore;
  readonly roster: Roster;
  readonly generation: number;
  /** What it has heard; instants, which no case can know, are 0. */
  readonly heardAll: StoreMessage[] = [];
  connectedTimes = 0;
  live: LiveSet = everybody;
  broadcasts = 0;
  #handles = 0;

  private constructor(store: ClusterStore, roster: Roster & { readonly generation: number }) {
    this.store = store;
    this.roster = roster;
    this.generation = roster.generation;
  }

  /** Connects, joins and listens. */
  static async join(bench: StoreBench, name = 'node'): Promise<ContractNode> {
    const store = await bench.connect();
    const node = new ContractNode(store, await store.join(cardOf(name)));
    await store.listen(node.generation, node);
    return node;
  }

  heard(message: StoreMessage): void {
    if (message.type !== 'appended') {
      this.heardAll.push(message);
      return;
    }
    assert.ok(message.atMs > 0, `Expected an instant of the store, got ${message.atMs}.`);
    this.heardAll.push({ ...message, atMs: 0 });
  }

  connected(): void {
    this.connectedTimes += 1;
  }

  disconnected(): void {}

  get actor(): Actor {
    return { node: this.generation, live: this.live, broadcasts: this.broadcasts };
  }

  /** The handle of another session of this node. */
  nextHandle(): number {
    this.#handles += 1;
    return this.generation * 2 ** 20 + this.#handles;
  }

  /** From now on these are gone to it; everybody else is alive. */
  buries(...dead: readonly ContractNode[]): void {
    const upTo = Math.max(...dead.map(({ generation }) => generation));
    const gone = new Set(dead.map(({ generation }) => generation));
    const generations = Array.from({ length: 20 }, (_, place) => upTo - place).filter(
      (generation) => generation > 0 && !gone.has(generation),
    );
    this.live = { upTo, generations };
  }

  admit(user: string, act: Partial<AdmitAct> = {}): Promise<AdmitAnswer> {
    return this.store.admit({
      ...this.actor,
      user,
      session: act.session ?? this.nextHandle(),
      device: null,
      ticket: null,
      limit: 5,
      taken: null,
      evictEveryMs: null,
      isWaiting: false,
      epoch: `epoch-${this.generation}`,
      terms: roomy,
      ...act,
    });
  }

  /** Admits somebody who must get in; returns the answer with the handle. */
  async enter(
    user: string,
    act: Partial<AdmitAct> = {},
  ): Promise<Admitted & { readonly session: number }> {
    const session = act.session ?? this.nextHandle();
    const answer = await this.admit(user, { ...act, session });
    assert.equal(answer.outcome, 'admitted');
    return { ...answer, session };
  }

  /** Asks for somebody who must not get in. */
  async refused(user: string, act: Partial<AdmitAct> = {}): Promise<Full> {
    const answer = await this.admit(user, act);
    assert.equal(answer.outcome, 'full');
    return answer;
  }

  release(
    user: string,
    session: number,
    more: { readonly isRevoked?: boolean; readonly keepMs?: number } = {},
  ): Promise<boolean> {
    const { isRevoked = false, keepMs = longMs } = more;
    return this.store.release({ ...this.actor, user, session, isRevoked, keepMs });
  }

  claim(user: string, id: string, keepMs: number = longMs): Promise<ClaimAnswer> {
    return this.store.claimMessage({ ...this.actor, user, id, keepMs });
  }

  settle(user: string, id: string, fate: 'taken' | 'failed'): Promise<void> {
    return this.store.settleMessage({ ...this.actor, user, id, fate });
  }

  reserve(
    user: string,
    session: number,
    more: { readonly forMs?: number; readonly keepMs?: number } = {},
  ): Promise<boolean> {
    const { forMs = longMs, keepMs = longMs } = more;
    return this.store.reserve({ ...this.actor, user, session, forMs, keepMs });
  }

  assertRows(
    user: string,
    rows: readonly Partial<Row>[],
    act: Partial<AssertAct> = {},
  ): Promise<AssertAnswer> {
    return this.store.assertRows({
      ...this.actor,
      user,
      rows: rows.map((row) => rowOf(row)),
      coming: [],
      limit: 5,
      isForced: false,
      epoch: `asserted-${this.generation}`,
      terms: roomy,
      ...act,
    });
  }

  append(user: string, body: string, act: AppendDraft = {}): Promise<AppendAnswer> {
    const { eventId = null, onlyFor = null, ...rest } = act;
    return this.store.append({
      ...this.actor,
      user,
      entry: { body, onlyFor, eventId },
      tracked: null,
      broadcast: null,
      epoch: `epoch-${this.generation}`,
      terms: roomy,
      ...rest,
    });
  }

  restart(user: string, lost: string, epoch: string): Promise<RecordHead> {
    return this.store.restart({ ...this.actor, user, lost, epoch, terms: roomy });
  }

  read(user: string, after = 0, most = 1_000): Promise<ReadAnswer> {
    return this.store.read({ user, after, most });
  }

  state(user: string): Promise<UserState> {
    return this.store.stateOf(user, this.actor);
  }

  /** The handles of a user's rows, oldest first. */
  async handles(user: string): Promise<number[]> {
    const { rows } = await this.state(user);
    return rows.map(({ session }) => session);
  }

  /** Goes through a whole generation. */
  async sweepAll(node: number): Promise<{ readonly slices: readonly SweepSlice[] }> {
    const slices: SweepSlice[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const slice: SweepSlice = await this.store.sweep(node, this.actor, cursor);
      slices.push(slice);
      cursor = slice.next;
    }
    return { slices };
  }
}

/** An event, without what is the same for all. */
export interface AppendDraft
  extends Partial<Pick<AppendAct, 'tracked' | 'broadcast' | 'epoch' | 'terms'>> {
  readonly eventId?: string | null;
  readonly onlyFor?: number | null;
}

/** What a process says of itself. */
export function cardOf(name: string): {
  readonly name: string;
  readonly url: string;
  readonly isDraining: boolean;
} {
  return { name, url: `http://${name}.test`, isDraining: false };
}

function rowOf({
  session = 0,
  lineage = session,
  predecessor = 0,
  device = null,
  openedAtMs = 1,
}: Partial<Row>): AssertAct['rows'][number] {
  return { session, lineage, predecessor, device, openedAtMs };
}
