import type { RevocationOrder as KeptRevocation } from 'holdfast/cluster';
import { type Metrics, type ReapReport, readSeedStats, type SessionLayer } from 'holdfast';
import type { RevocationOrder, TokenWatch } from '../token-watch.ts';
import type { NodeView, Readiness } from './node-view.ts';
import {
  type ListedSession,
  type ListOptions,
  listSessions,
  type SessionList,
  viewOf,
} from './session-list.ts';
import type { NodeStats } from './stats.ts';

/** What is known of this process beside its sessions. */
export interface ProcessFacts {
  readonly url: string;
  readonly readiness: () => Readiness;
  /** Ms since 1970. */
  readonly startedAt: number;
  readonly drainTimeoutMs: number;
  /** Begins to drain, unless that is under way. */
  readonly drain: () => void;
}

/** What a node tells of itself is read from. */
export interface OwnNodeParts {
  readonly layer: SessionLayer;
  /** Newcomers of a user who hold no slot yet. */
  readonly waiting: (userId: string) => number;
  readonly metrics: Metrics;
  readonly watch: TokenWatch;
  readonly facts: ProcessFacts;
}

/** The sessions of one user on one node. */
export interface UserShare {
  readonly count: number;
  readonly waiting: number;
  /** Oldest first. */
  readonly sessions: readonly ListedSession[];
}

/** What this node has and does by itself, for its own API and for those of other nodes. */
export class OwnNode {
  readonly layer: SessionLayer;
  readonly facts: ProcessFacts;
  readonly #parts: OwnNodeParts;

  constructor(parts: OwnNodeParts) {
    this.layer = parts.layer;
    this.facts = parts.facts;
    this.#parts = parts;
  }

  get name(): string {
    return this.layer.node;
  }

  view(): NodeView {
    const { url, readiness, startedAt } = this.facts;
    const { sessions } = this.layer.gauges();
    const { name } = this;
    return { name, url, state: readiness(), sessions, startedAt, here: true, leaseMs: null };
  }

  shareOf(userId: string, most: number): UserShare {
    const sessions = this.layer.sessionsOf(userId);
    return {
      count: sessions.length,
      waiting: this.#parts.waiting(userId),
      sessions: sessions.slice(0, most).map((session) => viewOf(this.layer, session)),
    };
  }

  list(options: ListOptions): SessionList {
    return listSessions(this.layer, options);
  }

  /** Ends one session; false where it is not here, which is nothing to tell of: it may be on another node. */
  close(id: string): boolean {
    return this.layer.find(id) !== null && this.layer.close(id, 'admin');
  }

  /** Ends the dead of a user, or of everybody. */
  reap(userId: string | null): ReapReport | Promise<ReapReport> {
    return userId === null ? this.layer.reapAll() : this.layer.reapUser(userId);
  }

  stats(): NodeStats {
    const stats = readSeedStats(this.layer, this.#parts.metrics, performance.now());
    return { stats, users: this.layer.gauges().users };
  }

  /** Revokes here; the ids of those that were ended. @throws UsageError `bad-state` when too much is revoked already */
  revoke(order: RevocationOrder): readonly string[] {
    return this.#parts.watch.revoke(order);
  }

  /** What a revocation is for every node, and for those that come later. */
  orderOf(order: RevocationOrder): KeptRevocation {
    return this.#parts.watch.orderOf(order);
  }

  /** The same as `revoke`, of an order of any node. */
  carryOut(order: KeptRevocation, note?: string): readonly string[] {
    return this.#parts.watch.carryOut(order, note);
  }
}
