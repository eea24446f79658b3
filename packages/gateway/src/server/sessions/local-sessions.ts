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
  SessionLayer,
  SessionSocket,
} from 'holdfast';
import type { RevocationOrder } from '../token-watch.ts';
import type { NodeView } from './node-view.ts';
import type { OwnNode } from './own-node.ts';
import type { ListOptions, SessionList } from './session-list.ts';
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
    const share = this.#own.shareOf(userId, most);
    return { limit: this.#layer.limitOf(userId), ...share, silent: nobody };
  }

  async list(_scope: Scope, options: ListOptions): Promise<SessionList & FromNodes> {
    return { ...this.#own.list(options), silent: nobody };
  }

  async close(id: string): Promise<boolean> {
    return this.#layer.close(id, 'admin');
  }

  async closeUser(userId: string, options: CloseUserOptions): Promise<Closed> {
    return { closed: this.#layer.closeUser(userId, options), silent: nobody };
  }

  async reapUser(userId: string): Promise<Reaped> {
    return { ...this.#layer.reapUser(userId), silent: nobody };
  }

  async reapAll(): Promise<Reaped> {
    return { ...(await this.#layer.reapAll()), silent: nobody };
  }

  async setLimit(userId: string, limit: number | null): Promise<number> {
    this.#layer.setLimit(userId, limit);
    return this.#layer.limitOf(userId);
  }

  async revoke(order: RevocationOrder): Promise<Closed> {
    return { closed: this.#own.revoke(order), silent: nobody };
  }

  async stats(_scope: Scope): Promise<ClusterStats> {
    return sumStats(this.#own.stats(), [], nobody);
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
