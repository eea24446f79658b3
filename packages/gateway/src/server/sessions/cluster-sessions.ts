import type {
  Admission,
  BroadcastOutcome,
  CloseUserOptions,
  DrainOptions,
  EventInput,
  FaultPlace,
  OpenRequest,
  Published,
  PublishOptions,
  PublishWait,
  Receipted,
  RefusalReason,
  SessionSocket,
} from 'holdfast';
import { type ClusterNode, StoreError } from 'holdfast/cluster';
import type { RevocationOrder } from '../token-watch.ts';
import { beginDrain } from './local-sessions.ts';
import type { NodeView } from './node-view.ts';
import { askNodes, type NodeAnswers } from './node-questions.ts';
import type { OwnNode } from './own-node.ts';
import { type ListOptions, mergeLists, type SessionList } from './session-list.ts';
import type {
  Closed,
  DrainBegun,
  FromNodes,
  Reaped,
  Scope,
  Sessions,
  UserOverview,
} from './sessions.ts';
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

  broadcast(event: EventInput): Promise<BroadcastOutcome> {
    return this.#node.broadcast(event);
  }

  hasSession(userId: string, id: string): Promise<boolean> {
    return this.#node.hasSession(userId, id);
  }

  async overview(userId: string, most: number): Promise<UserOverview> {
    const [limit, { answers, silent }] = await Promise.all([
      this.#node.limitOf(userId),
      askNodes(this.#node, 'user', { userId, most }),
    ]);
    const sessions = answers
      .flatMap((share) => share.sessions)
      .toSorted((one, other) => one.openedAt - other.openedAt)
      .slice(0, most);
    const count = answers.reduce((sum, share) => sum + share.count, 0);
    const waiting = answers.reduce((sum, share) => sum + share.waiting, 0);
    return { limit, count, waiting, sessions, silent };
  }

  async list(scope: Scope, options: ListOptions): Promise<SessionList & FromNodes> {
    if (scope === 'node') return { ...this.#own.list(options), silent: [] };
    const { answers, silent } = await askNodes(this.#node, 'list', options);
    return { ...mergeLists(answers, options), silent };
  }

  async close(id: string): Promise<boolean> {
    const { answers, silent } = await askNodes(this.#node, 'close', { id });
    if (answers.includes(true)) return true;
    if (silent.length === 0) return false;
    throw new StoreError('timeout', 'Expected every node to say whether it has that session.');
  }

  async closeUser(userId: string, options: CloseUserOptions): Promise<Closed> {
    const { answers, silent } = await askNodes(this.#node, 'close-user', { userId, options });
    return { closed: answers.flat(), silent };
  }

  async reapUser(userId: string): Promise<Reaped> {
    return joinReports(await askNodes(this.#node, 'reap', { userId }));
  }

  async reapAll(): Promise<Reaped> {
    return joinReports(await askNodes(this.#node, 'reap', { userId: null }));
  }

  async setLimit(userId: string, limit: number | null): Promise<number> {
    await this.#node.setLimit(userId, limit);
    return limit ?? this.#node.layer.settings.maxSessionsPerUser;
  }

  /**
   * Every node is asked to carry it out at once, and tells whom it has ended; the store keeps it for those that have not
   * heard. The questions go out first: what the store tells them later ends nobody any more.
   */
  async revoke({ userId, jti, note }: RevocationOrder): Promise<Closed> {
    const order = this.#own.orderOf({ userId, jti });
    const [{ answers, silent }] = await Promise.all([
      askNodes(this.#node, 'revoke', { order, ...(note !== undefined && { note }) }),
      this.#node.revoke(order),
    ]);
    return { closed: answers.flat(), silent };
  }

  async stats(scope: Scope): Promise<ClusterStats> {
    const own = this.#own.stats();
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

function joinReports({ answers, silent }: NodeAnswers<'reap'>): Reaped {
  return {
    reaped: answers.flatMap(({ reaped }) => reaped),
    kept: answers.reduce((sum, { kept }) => sum + kept, 0),
    failed: answers.flatMap(({ failed }) => failed),
    silent,
  };
}
