import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { Loop } from './cluster-world.ts';
import type { StoreLink } from './store-link.ts';
import type { Wire, WireHost } from './wire.ts';

/** How a process is. */
export type ProcessState = 'starting' | 'up' | 'draining' | 'gone';

/** One process of the cluster, as the others see it. */
export interface ClusterProcess extends Loop, WireHost {
  readonly link: StoreLink;
  readonly node: ClusterNode | null;
  state: ProcessState;
  readonly isFrozen: boolean;
  /** Connections it has not seen the end of. */
  readonly wires: Set<Wire>;
  /** Its rows may have been nobody's since then. */
  rowsLostAt: number;
  /** How often the store was back after it was taken for away. */
  backs: number;
  readonly thawedAt: number;
  /** Has its node do something when it next reads from its sockets, if there is one then. */
  ask(run: (node: ClusterNode) => void): void;
  freeze(): void;
  thaw(): void;
  /** Ends without a word; its machine closes its sockets, unless it is gone too. */
  kill(isHalfOpen: boolean): void;
  /** Has ended in order. */
  end(): void;
}
