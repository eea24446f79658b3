import { ClusterNode, type RevocationOrder } from 'holdfast/cluster';
import type { SessionLayer } from 'holdfast';
import type { Ground } from '../ground.ts';
import { sessionOptionsOf } from '../session-options.ts';
import { meterStore } from '../store/metered-store.ts';
import type { OpenedStore } from '../store/open-store.ts';
import type { StoreWatch } from '../store/store-watch.ts';
import { noteRevocation } from '../token-watch.ts';
import { ClusterSessions } from './cluster-sessions.ts';
import { answersOf } from './node-questions.ts';
import type { OwnNode } from './own-node.ts';
import type { Seat } from './seat.ts';
import type { Sessions } from './sessions.ts';

/** What a seat among other nodes is taken with. */
export interface ClusterSeatParts {
  readonly store: OpenedStore;
  /** Where operators reach this node. */
  readonly url: string;
}

/** The seat of a process that shares its users with others. Rejects with StoreError when the store does not answer. */
export async function takeClusterSeat(ground: Ground, parts: ClusterSeatParts): Promise<Seat> {
  const { config, layerParts, store: watch } = ground;
  const { store, url } = parts;
  const presence = new Presence(ground);
  const node = await ClusterNode.start(sessionOptionsOf(config), {
    ...layerParts,
    store: meterStore(
      store,
      (...act) => watch.noteAct(...act),
      () => performance.now(),
    ),
    url,
    onStoreFailure: config.onStoreFailure,
    onRevoked: (order, note) => presence.revoke(order, note),
    answering: answersOf(() => presence.present()),
  });
  return new ClusterSeat(node, presence, { store, watch });
}

/** What this node does for the others; it is asked before the rest of the gateway stands. */
class Presence {
  own: OwnNode | null = null;
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** @throws Error before the gateway stands */
  present(): OwnNode {
    if (this.own === null) throw new Error('Expected a gateway that has begun.');
    return this.own;
  }

  /** @throws UsageError `bad-state` when too much is revoked already: whoever asks is to know, and so are operators */
  revoke(order: RevocationOrder, note?: string): readonly string[] {
    const { tokens, faults } = this.#ground;
    try {
      if (this.own !== null) return this.own.carryOut(order, note);
      noteRevocation(order, { ...tokens, wallNow: tokens.wallClock.now });
      return [];
    } catch (error) {
      faults.hold('revocations', error);
      throw error;
    }
  }
}

interface SeatedWith extends Pick<ClusterSeatParts, 'store'> {
  readonly watch: StoreWatch;
}

class ClusterSeat implements Seat {
  readonly #node: ClusterNode;
  readonly #presence: Presence;
  readonly #about: SeatedWith;

  constructor(node: ClusterNode, presence: Presence, about: SeatedWith) {
    this.#node = node;
    this.#presence = presence;
    this.#about = about;
  }

  get layer(): SessionLayer {
    return this.#node.layer;
  }

  get drift(): number {
    return this.#node.drift;
  }

  get nodeCount(): number {
    return this.#node.nodes().length;
  }

  get isStoreAway(): boolean {
    return this.#node.isStoreAway;
  }

  turnAwayWaiting(userId: string, isMeant: (extra: unknown) => boolean): number {
    return this.#node.turnAwayWaiting(userId, isMeant);
  }

  sessionsOf(own: OwnNode): Sessions {
    this.#presence.own = own;
    return new ClusterSessions(own, this.#node);
  }

  look(): void {
    const { store, watch } = this.#about;
    watch.noteSettings(store.warnings());
  }

  leave(): Promise<void> {
    return this.#about.store.close();
  }
}
