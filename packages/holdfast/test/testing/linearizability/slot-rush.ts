import type { ClusterStore } from '../../../src/sessions/store/cluster-store.ts';
import type { SeededRandom, SlotRecorder } from 'holdfast/testing';

interface KnownSession {
  readonly session: number;
  readonly lineage: number;
  readonly node: number;
}

const everybody = { upTo: 0, generations: [] };
const terms = { events: 10, bytes: 10_000, keepMs: 3_600_000 };

/** What a rush is made of. */
export interface SlotRushParts {
  /** One for each node; a node is called by its place, from 1. */
  readonly stores: readonly ClusterStore[];
  readonly recorder: SlotRecorder;
  readonly random: SeededRandom;
}

/** Several nodes that work on the slots of one user at the same time, two of which there are. */
export class SlotRush {
  readonly #parts: SlotRushParts;
  readonly #known: KnownSession[] = [];
  #handles = 0;

  constructor(parts: SlotRushParts) {
    this.#parts = parts;
  }

  /** One act of a node that is drawn; resolves when it is answered, or fails. */
  async act(): Promise<void> {
    const { stores, recorder, random } = this.#parts;
    const node = random.between(1, stores.length);
    const store = stores[node - 1]!;
    const known = random.pick(this.#known.slice(-6));
    const draw = random.next();
    if (draw < 0.1) await recorder.look(store);
    else if (draw < 0.2 && known !== undefined) await recorder.confirm(store, known.session);
    else if (draw < 0.45 && known !== undefined) await this.#release(known);
    else await this.#admit(node, known);
  }

  async #release({ session, node }: KnownSession): Promise<void> {
    const { stores, recorder, random } = this.#parts;
    await recorder.release(stores[node - 1]!, {
      node,
      live: everybody,
      broadcasts: 0,
      session,
      isRevoked: random.chance(0.2),
      keepMs: terms.keepMs,
    });
  }

  async #admit(node: number, known: KnownSession | undefined): Promise<void> {
    const { stores, recorder, random } = this.#parts;
    this.#handles += 1;
    const session = this.#handles;
    const isReturn = known !== undefined && random.chance(0.4);
    const answer = await recorder.admit(stores[node - 1]!, {
      node,
      live: everybody,
      broadcasts: 0,
      session,
      device: null,
      ticket: isReturn ? { lineage: known.lineage, predecessor: known.session } : null,
      limit: 2,
      taken: random.chance(0.1) ? (known?.session ?? null) : null,
      evictEveryMs: null,
      isWaiting: false,
      epoch: 'e',
      terms,
    });
    const lineage = answer?.outcome === 'admitted' ? answer.lineage : session;
    if (answer?.outcome !== 'full') this.#known.push({ session, lineage, node });
  }
}
