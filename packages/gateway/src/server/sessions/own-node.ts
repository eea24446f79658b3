import type { RevocationOrder as KeptRevocation } from 'holdfast/cluster';
import { type Metrics, surveySeedStats, type SessionLayer } from 'holdfast';
import type { RevocationOrder, TokenWatch } from '../token-watch.ts';
import type { NodeView, Readiness } from './node-view.ts';
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
  readonly metrics: Metrics;
  readonly watch: TokenWatch;
  readonly facts: ProcessFacts;
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
    const { sessions } = this.layer.counts();
    const { name } = this;
    return { name, url, state: readiness(), sessions, startedAt, here: true, leaseMs: null };
  }

  async stats(): Promise<NodeStats> {
    const { layer } = this;
    const stats = await surveySeedStats(layer, this.#parts.metrics, () => performance.now());
    return { stats, users: layer.counts().users };
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
