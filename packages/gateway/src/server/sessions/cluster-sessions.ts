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
  type SessionSocket,
} from 'holdfast';
import {
  type ClosedSessions,
  type ClusterNode,
  type ClusterReapReport,
  type Listing,
  StoreError,
} from 'holdfast/cluster';
import type { RevocationOrder } from '../token-watch.ts';
import { beginDrain } from './local-sessions.ts';
import type { NodeView } from './node-view.ts';
import { askNodes } from './node-questions.ts';
import type { OwnNode } from './own-node.ts';
import { listedOf } from './session-list.ts';
import type { DrainBegun, Scope, Sessions, UserOverview } from './sessions.ts';
import { type ClusterStats, sumStats } from './stats.ts';

/** The sessions of a process that shares its users with others through a store. */
export class ClusterSessions implements Sessions {
  readonly #own: OwnNode;
  readonly #node: ClusterNode;

  constructor(own: OwnNode, node: ClusterNode) {
    this.#own = own;
    this.#node = node;
  }

  get node(): string {
    return this.#node.name;
  }

  get isOver(): boolean {
    return this.#node.layer.isOver;
  }

  open(request: OpenRequest): Admission {
    return this.#node.open(request);
  }

  turnAway(socket: SessionSocket, reason: RefusalReason, retryAfterMs?: number): void {
    this.#node.turnAway(socket, reason, retryAfterMs);
  }

  reportFault(where: FaultPlace, error: unknown): void {
    this.#node.reportFault(where, error);
  }

  publish(userId: string, event: EventInput, options?: PublishOptions): Promise<Published> {
    return this.#node.publish(userId, event, options);
  }

  publishAndWait(userId: string, event: EventInput, options: PublishWait): Promise<Receipted> {
    return this.#node.publishAndWait(userId, event, options);
  }

  async broadcast(event: EventInput): Promise<BroadcastOutcome> {
    const { silent: _silent, ...outcome } = await this.#node.broadcast(event);
    return outcome;
  }

  hasSession(userId: string, id: string): Promise<boolean> {
    return this.#node.hasSession(userId, id);
  }

  async overview(userId: string, most: number): Promise<UserOverview> {
    const { limit, count, waiting, sessions, silent } = await this.#node.overview(userId, most);
    return { limit, count, waiting, sessions: listedOf(sessions), silent };
  }

  async list(scope: Scope, options: ListOptions): Promise<Listing> {
    if (scope === 'node') return { ...listSessions(this.#node.layer, options), silent: [] };
    return await this.#node.list(options);
  }

  async close(id: string): Promise<boolean> {
    const { closed, silent } = await this.#node.close(id, 'admin');
    if (closed.length > 0) return true;
    if (silent.length === 0) return false;
    throw new StoreError('timeout', 'Expected every node to say whether it has that session.');
  }

  closeUser(userId: string, options: CloseUserOptions): Promise<ClosedSessions> {
    return this.#node.closeUser(userId, options);
  }

  reapUser(userId: string): Promise<ClusterReapReport> {
    return this.#node.reapUser(userId);
  }

  reapAll(): Promise<ClusterReapReport> {
    return this.#node.reapAll();
  }

  async setLimit(userId: string, limit: number | null): Promise<number> {
    await this.#node.setLimit(userId, limit);
    return limit ?? this.#node.layer.settings.maxSessionsPerUser;
  }

  async revoke({ userId, jti, note }: RevocationOrder): Promise<ClosedSessions> {
    const order = this.#own.orderOf({ userId, jti });
    // A node that holds too many refuses it here: no fault, since nobody else has been asked.
    const here = this.#own.carryOut(order, note);
    const { closed, silent } = await this.#node.revoke(order, note);
    return { closed: [...here, ...closed], silent };
  }

  async stats(scope: Scope): Promise<ClusterStats> {
    const own = await this.#own.stats();
    if (scope === 'node') return sumStats(own, [], []);
    const { answers, silent } = await askNodes(this.#node, 'stats', null);
    return sumStats(own, answers.slice(1), silent);
  }

  async nodes(): Promise<readonly NodeView[]> {
    const { answers } = await askNodes(this.#node, 'view', null);
    const views = new Map(answers.map((view) => [view.name, view]));
    return this.#node.nodes().map(({ name, url, isDraining, leaseLeftMs: leaseMs }) => {
      const view = views.get(name);
      const here = name === this.node;
      if (view !== undefined) return { ...view, here, leaseMs };
      const state = isDraining ? 'draining' : 'silent';
      return { name, url, state, sessions: null, startedAt: null, here, leaseMs };
    });
  }

  async drainNode(name: string): Promise<DrainBegun | null> {
    if (name === this.node) return beginDrain(this.#own);
    if (!this.#node.nodes().some((one) => one.name === name)) return null;
    const { answers } = await askNodes(this.#node, 'drain', { name });
    const begun = answers.find((answer) => answer !== null);
    if (begun !== undefined) return { ...begun, here: false };
    throw new StoreError('timeout', 'Expected that node to answer; it has not.');
  }

  drain(options: DrainOptions): Promise<void> {
    return this.#node.drain(options);
  }
}
