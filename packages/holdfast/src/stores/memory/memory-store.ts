import { UsageError } from '../../core/usage-error.ts';
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
} from '../../sessions/store/acts.ts';
import type { ClaimAct, ClaimAnswer, SettleAct } from '../../sessions/store/message-acts.ts';
import type {
  ClusterStore,
  NodeCard,
  RenewAnswer,
  RevocationOrder,
  Roster,
  StoreListener,
  SweepSlice,
} from '../../sessions/store/cluster-store.ts';
import { admit } from './admit.ts';
import { assertRows } from './assert-rows.ts';
import { confirm, release, reserve, setLimit } from './give-back.ts';
import { append, delivered, read, restart } from './log.ts';
import { stateOf, sweep } from './look.ts';
import { directLink, type MemoryStoreLink } from './memory-store-link.ts';
import type { Inbox, MemoryStoreServer } from './memory-store-server.ts';
import { claimMessage, revocations, revoke, settleMessage } from './orders.ts';
import { forget, join, leave, nextBroadcast, renew, takeGeneration } from './roster.ts';
import type { Turn } from './store-data.ts';

interface Subscription {
  readonly node: number;
  readonly listener: StoreListener;
  readonly inbox: Inbox;
}

/** The connection of one process to a {@link MemoryStoreServer}. */
export class MemoryStore implements ClusterStore {
  readonly #server: MemoryStoreServer;
  readonly #link: MemoryStoreLink;
  #subscription: Subscription | null = null;
  #isClosed = false;

  constructor(server: MemoryStoreServer, link: MemoryStoreLink = directLink()) {
    this.#server = server;
    this.#link = link;
    link.attach({
      lost: (error) => this.#subscription?.listener.disconnected(error),
      back: () => this.#subscription?.listener.connected(),
    });
  }

  join(card: NodeCard): Promise<Roster & { readonly generation: number }> {
    return this.#ask((turn) => join(turn, card, this.#server.terms));
  }

  takeGeneration(): Promise<number> {
    return this.#ask(takeGeneration);
  }

  renew(node: number, card: NodeCard): Promise<RenewAnswer> {
    return this.#ask((turn) => renew(turn, { node, card }, this.#server.terms));
  }

  leave(node: number): Promise<void> {
    return this.#ask((turn) => leave(turn, node));
  }

  forget(node: number): Promise<void> {
    return this.#ask((turn) => forget(turn, node));
  }

  admit(act: AdmitAct): Promise<AdmitAnswer> {
    return this.#ask((turn) => admit(turn, act));
  }

  release(act: ReleaseAct): Promise<boolean> {
    return this.#ask((turn) => release(turn, act));
  }

  reserve(act: ReserveAct): Promise<boolean> {
    return this.#ask((turn) => reserve(turn, act));
  }

  confirm(act: ConfirmAct): Promise<void> {
    return this.#ask((turn) => confirm(turn, act));
  }

  assertRows(act: AssertAct): Promise<AssertAnswer> {
    return this.#ask((turn) => assertRows(turn, act));
  }

  append(act: AppendAct): Promise<AppendAnswer> {
    return this.#ask((turn) => append(turn, act));
  }

  delivered(act: DeliveredAct): Promise<void> {
    return this.#ask((turn) => delivered(turn, act));
  }

  read(act: ReadAct): Promise<ReadAnswer> {
    return this.#ask((turn) => read(turn, act));
  }

  restart(act: RestartAct): Promise<RecordHead> {
    return this.#ask((turn) => restart(turn, act));
  }

  stateOf(user: string, actor: Actor): Promise<UserState> {
    return this.#ask((turn) => stateOf(turn, user, actor));
  }

  setLimit(user: string, limit: number | null): Promise<void> {
    return this.#ask((turn) => setLimit(turn, user, limit));
  }

  claimMessage(act: ClaimAct): Promise<ClaimAnswer> {
    return this.#ask((turn) => claimMessage(turn, act));
  }

  settleMessage(act: SettleAct): Promise<void> {
    return this.#ask((turn) => settleMessage(turn, act));
  }

  nextBroadcast(): Promise<number> {
    return this.#ask(nextBroadcast);
  }

  revoke(order: RevocationOrder): Promise<void> {
    return this.#ask((turn) => revoke(turn, order));
  }

  revocations(): Promise<readonly RevocationOrder[]> {
    return this.#ask(revocations);
  }

  sweep(node: number, actor: Actor, cursor: string): Promise<SweepSlice> {
    return this.#ask((turn) => sweep(turn, { node, actor, cursor }));
  }

  post(to: number, from: number, text: string): Promise<boolean> {
    return this.#ask(() => this.#server.send(to, { type: 'posted', from, text }));
  }

  async listen(node: number, listener: StoreListener): Promise<void> {
    const subscription: Subscription = {
      node,
      listener,
      inbox: (message) =>
        this.#link.tell(() => {
          if (this.#subscription === subscription) listener.heard(message);
        }),
    };
    await this.#ask(() => {
      this.#unlisten();
      this.#subscription = subscription;
      this.#server.listen(node, subscription.inbox);
    });
    if (this.#subscription === subscription) listener.connected();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
  }

  #unlisten(): void {
    if (this.#subscription === null) return;
    this.#server.unlisten(this.#subscription.node, this.#subscription.inbox);
    this.#subscription = null;
  }

  async #ask<T>(act: (turn: Turn) => T): Promise<T> {
    if (this.#isClosed)
      throw new UsageError('bad-state', 'Expected the store to be open, it was closed.');
    return this.#link.ask(() => this.#server.do(act));
  }
}
