import {
  type Admission,
  type BroadcastOutcome,
  type CloseUserOptions,
  type DrainOptions,
  type EventInput,
  type FaultPlace,
  type ListOptions,
  listSessions,
  type OpenRequest,
  type Published,
  type PublishOptions,
  type PublishWait,
  type Receipted,
  type RefusalReason,
  type SessionLayer,
  type SessionSocket,
} from 'holdfast';
import type { ClosedSessions, ClusterReapReport, Listing } from 'holdfast/cluster';
import type { RevocationOrder } from '../token-watch.ts';
import type { NodeView } from './node-view.ts';
import type { OwnNode } from './own-node.ts';
import { listedOf } from './session-list.ts';
import type { DrainBegun, Scope, Sessions, UserOverview } from './sessions.ts';
import { type ClusterStats, sumStats } from './stats.ts';

const nobody: readonly string[] = [];

/** The sessions of a process that shares its users with nobody. */
export class LocalSessions implements Sessions {
  readonly #own: OwnNode;
  readonly #layer: SessionLayer;

  constructor(own: OwnNode) {
    this.#own = own;
    this.#layer = own.layer;
  }

  get node(): string {
    return this.#layer.node;
  }

  get isOver(): boolean {
    return this.#layer.isOver;
  }

  open(request: OpenRequest): Admission {
    return this.#layer.open(request);
  }

  turnAway(socket: SessionSocket, reason: RefusalReason, retryAfterMs?: number): void {
    this.#layer.turnAway(socket, reason, retryAfterMs);
  }

  reportFault(where: FaultPlace, error: unknown): void {
    this.#layer.reportFault(where, error);
  }

  async publish(userId: string, event: EventInput, options?: PublishOptions): Promise<Published> {
    return this.#layer.publish(userId, event, options);
  }

  publishAndWait(userId: string, event: EventInput, options: PublishWait): Promise<Receipted> {
    return this.#layer.publishAndWait(userId, event, options);
  }

  broadcast(event: EventInput): Promise<BroadcastOutcome> {
    return this.#layer.broadcast(event);
  }

  async hasSession(userId: string, id: string): Promise<boolean> {
    return this.#layer.findFor(userId, id) !== null;
  }

  async overview(userId: string, most: number): Promise<UserOverview> {
    const layer = this.#layer;
    const [limit, waiting] = [layer.limitOf(userId), layer.waiting(userId)];
    const { count, sessions } = listSessions(layer, { user: userId, limit: most });
    return { limit, count, waiting, sessions: listedOf(sessions), silent: nobody };
  }

  async list(_scope: Scope, options: ListOptions): Promise<Listing> {
    return { ...listSessions(this.#layer, options), silent: nobody };
  }

  async close(id: string): Promise<boolean> {
    return this.#layer.close(id, 'admin');
  }

  async closeUser(userId: string, options: CloseUserOptions): Promise<ClosedSessions> {
    return { closed: this.#layer.closeUser(userId, options), silent: nobody };
  }

  async reapUser(userId: string): Promise<ClusterReapReport> {
    return { ...this.#layer.reapUser(userId), silent: nobody };
  }

  async reapAll(): Promise<ClusterReapReport> {
    return { ...(await this.#layer.reapAll()), silent: nobody };
  }

  async setLimit(userId: string, limit: number | null): Promise<number> {
    this.#layer.setLimit(userId, limit);
    return this.#layer.limitOf(userId);
  }

  async revoke(order: RevocationOrder): Promise<ClosedSessions> {
    return { closed: this.#own.revoke(order), silent: nobody };
  }

  async stats(_scope: Scope): Promise<ClusterStats> {
    return sumStats(await this.#own.stats(), [], nobody);
  }

  async nodes(): Promise<readonly NodeView[]> {
    return [this.#own.view()];
  }

  async drainNode(name: string): Promise<DrainBegun | null> {
    return name === this.node ? beginDrain(this.#own) : null;
  }

  drain(options: DrainOptions): Promise<void> {
    return this.#layer.drain(options);
  }
}

/** Has this node drain; what it was right before. */
export function beginDrain(own: OwnNode): DrainBegun {
  const { drain, drainTimeoutMs } = own.facts;
  const { sessions } = own.view();
  drain();
  return { ...own.view(), sessions, withinMs: drainTimeoutMs };
}
