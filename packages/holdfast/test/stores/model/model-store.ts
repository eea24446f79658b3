import type {
  Actor,
  AdmitAct,
  AdmitAnswer,
  AppendAct,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  ConfirmAct,
  DeliveredAct,
  ReadAct,
  ReadAnswer,
  RecordHead,
  ReleaseAct,
  ReserveAct,
  RestartAct,
  UserState,
} from '../../../src/sessions/store/acts.ts';
import type { ClaimAct, ClaimAnswer, SettleAct } from '../../../src/sessions/store/message-acts.ts';
import type {
  ClusterStore,
  NodeCard,
  RenewAnswer,
  RevocationOrder,
  Roster,
  StoreListener,
  SweepSlice,
} from '../../../src/sessions/store/cluster-store.ts';
import { headOf, type Model } from './model.ts';
import { modelAdmit } from './model-admit.ts';
import { modelAppend } from './model-append.ts';
import { modelAssert } from './model-assert.ts';

/**
 * The port again, as simple-minded as can be: what the memory store and Redis do with indexes and counters is searched for
 * here. Leases last until they are given up; nothing is dropped, nothing is bounded.
 */
export class ModelStore implements ClusterStore {
  readonly #model: Model;
  #listener: StoreListener | null = null;

  constructor(model: Model) {
    this.#model = model;
  }

  async join(card: NodeCard): Promise<Roster & { readonly generation: number }> {
    const generation = await this.takeGeneration();
    this.#model.leases.push({ node: generation, card, isOver: false });
    return { generation, ...this.#model.roster() };
  }

  async takeGeneration(): Promise<number> {
    this.#model.generation += 1;
    return this.#model.generation;
  }

  async renew(node: number, card: NodeCard): Promise<RenewAnswer> {
    const lease = this.#model.leases.find((one) => one.node === node);
    if (lease === undefined || lease.isOver || lease.card.name !== card.name)
      return { outcome: 'lost' };
    lease.card = card;
    return { outcome: 'renewed', ...this.#model.roster() };
  }

  async leave(node: number): Promise<void> {
    for (const lease of this.#model.leases) if (lease.node === node) lease.isOver = true;
  }

  async forget(node: number): Promise<void> {
    this.#model.leases = this.#model.leases.filter((one) => one.node !== node || !one.isOver);
  }

  async admit(act: AdmitAct): Promise<AdmitAnswer> {
    return modelAdmit(this.#model, act);
  }

  async release(act: ReleaseAct): Promise<boolean> {
    const model = this.#model;
    const record = model.record(act.user);
    const row = model
      .rowsOf(act.user)
      .find(({ session, node }) => session === act.session && node === act.node);
    if (record === undefined || row === undefined) return false;
    model.rows = model.rows.filter((one) => one !== row);
    if (act.isRevoked) record.revoked.add(row.lineage);
    record.keepMs = act.keepMs;
    model.touch(record);
    model.free(act.user);
    return true;
  }

  async reserve(act: ReserveAct): Promise<boolean> {
    const model = this.#model;
    const record = model.record(act.user);
    const row = model
      .rowsOf(act.user)
      .find(({ session, node }) => session === act.session && node === act.node);
    if (record === undefined || row === undefined) return false;
    row.node = 0;
    row.until = model.now + act.forMs;
    record.keepMs = act.keepMs;
    model.touch(record);
    return true;
  }

  async confirm({ user, session }: ConfirmAct): Promise<void> {
    for (const row of this.#model.rowsOf(user)) if (row.session === session) row.predecessor = 0;
  }

  async assertRows(act: AssertAct): Promise<AssertAnswer> {
    return modelAssert(this.#model, act);
  }

  async append(act: AppendAct): Promise<AppendAnswer> {
    return modelAppend(this.#model, act);
  }

  async delivered({ user, position }: DeliveredAct): Promise<void> {
    const record = this.#model.record(user);
    if (record === undefined || record.epoch !== position.epoch) return;
    const offset = Math.min(position.offset, record.last);
    if (offset > record.delivered) record.delivered = offset;
    if (record.delivered >= record.queuedTo) record.delivered = record.last;
  }

  async read({ user, after, most }: ReadAct): Promise<ReadAnswer> {
    const record = this.#model.record(user);
    if (record === undefined) return { record: null, entries: [] };
    const entries = record.log.filter(({ offset }) => offset > after).slice(0, most);
    return { record: headOf(record), entries };
  }

  async restart(act: RestartAct): Promise<RecordHead> {
    const model = this.#model;
    const record = model.begin(act);
    if (record.epoch === act.lost) {
      Object.assign(record, { epoch: act.epoch, last: 0, delivered: 0, queuedTo: 0, log: [] });
      const nodes = new Set(model.rowsOf(act.user).map(({ node }) => node));
      for (const node of nodes)
        model.tell(node, { type: 'restarted', user: act.user, record: headOf(record) });
    }
    model.touch(record);
    return headOf(record);
  }

  async stateOf(user: string, actor: Actor): Promise<UserState> {
    const model = this.#model;
    const record = model.record(user);
    return {
      rows: model
        .rowsOf(user)
        .filter((row) => model.lives(row, actor))
        .map((row) => model.say(row)),
      limit: model.limits.find((one) => one.user === user)?.limit ?? null,
      record: record === undefined ? null : headOf(record),
    };
  }

  async setLimit(user: string, limit: number | null): Promise<void> {
    const model = this.#model;
    model.record(user);
    model.limits = model.limits.filter((one) => one.user !== user);
    if (limit !== null) model.limits.push({ user, limit });
    model.free(user);
  }

  async claimMessage({ user, id, node, live }: ClaimAct): Promise<ClaimAnswer> {
    const model = this.#model;
    const known = model.claims.find((one) => one.user === user && one.id === id);
    if (known?.node === 0) return 'taken';
    const isAlive = (one: number): boolean => one > live.upTo || live.generations.includes(one);
    if (known !== undefined && known.node !== node && isAlive(known.node)) return 'pending';
    model.claims = [...model.claims.filter((one) => one !== known), { user, id, node }];
    return 'new';
  }

  async settleMessage({ user, id, node, fate }: SettleAct): Promise<void> {
    const model = this.#model;
    const known = model.claims.find((one) => one.user === user && one.id === id);
    if (known?.node !== node) return;
    model.claims = model.claims.filter((one) => one !== known);
    if (fate === 'taken') model.claims.push({ user, id, node: 0 });
  }

  async nextBroadcast(): Promise<number> {
    this.#model.broadcasts += 1;
    return this.#model.broadcasts;
  }

  async revoke(order: RevocationOrder): Promise<void> {
    const isSame = ({ user, jti }: RevocationOrder): boolean =>
      user === order.user && jti === order.jti;
    const all = [...this.#model.orders.filter(isSame), order];
    this.#model.orders = [
      ...this.#model.orders.filter((one) => !isSame(one)),
      {
        ...order,
        issuedUpTo: Math.max(...all.map(({ issuedUpTo }) => issuedUpTo)),
        endsAtMs: Math.max(...all.map(({ endsAtMs }) => endsAtMs)),
      },
    ];
  }

  async revocations(): Promise<readonly RevocationOrder[]> {
    return this.#model.orders;
  }

  async sweep(node: number, actor: Actor): Promise<SweepSlice> {
    const model = this.#model;
    const isAlive = node > actor.live.upTo || actor.live.generations.includes(node);
    const users = [
      ...new Set(model.rows.filter((row) => row.node === node).map(({ user }) => user)),
    ];
    if (isAlive) return { users, removed: 0, next: null };
    const before = model.rows.length;
    model.rows = model.rows.filter((row) => row.node !== node);
    for (const record of model.records) if (users.includes(record.user)) model.touch(record);
    return { users, removed: before - model.rows.length, next: null };
  }

  async post(to: number, from: number, text: string): Promise<boolean> {
    return this.#model.tell(to, { type: 'posted', from, text });
  }

  async listen(node: number, listener: StoreListener): Promise<void> {
    const model = this.#model;
    model.listeners = model.listeners.filter((one) => one.listener !== this.#listener);
    this.#listener = listener;
    model.listeners.push({ node, listener });
    listener.connected();
  }

  async close(): Promise<void> {
    this.#model.listeners = this.#model.listeners.filter(
      ({ listener }) => listener !== this.#listener,
    );
  }
}
