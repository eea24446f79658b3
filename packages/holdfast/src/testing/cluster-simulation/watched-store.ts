import type { AppendAct, AppendAnswer, AssertAct, AssertAnswer } from '../../sessions/store/acts.ts';
import { StoreError } from '../../sessions/store/store-error.ts';
import type { StoreListener } from '../../sessions/store/cluster-store.ts';
import { MemoryStore } from '../../stores/memory/memory-store.ts';
import type { MemoryStoreServer } from '../../stores/memory/memory-store-server.ts';
import type { StoreLink } from './store-link.ts';

/** Who sees what the store does, at the instant at which it does it. */
export interface StoreWitness {
  appended(act: AppendAct, answer: AppendAnswer): void;
  /** The act that is done next may put back more than there is room for. */
  forcing(act: AssertAct): void;
}

/** A link that tells a witness of the answers of the store before they are on their way. */
class WitnessedLink {
  /** What the next act that is asked tells; taken by it. */
  next: { before?: () => void; after?: (answer: unknown) => void } | null = null;
}

/** The connection of a node to the store, with somebody at the store who watches. */
export class WatchedStore extends MemoryStore {
  readonly #link: StoreLink;
  readonly #witness: StoreWitness;
  readonly #told: WitnessedLink;

  constructor(server: MemoryStoreServer, link: StoreLink, witness: StoreWitness) {
    const told = new WitnessedLink();
    super(server, {
      attach: (end) => link.attach(end),
      tell: (deliver) => link.tell(deliver),
      ask: <T>(act: () => T) => {
        const tells = told.next;
        told.next = null;
        if (tells === null) return link.ask(act);
        return link.ask(() => {
          tells.before?.();
          const answer = act();
          tells.after?.(answer);
          return answer;
        });
      },
    });
    this.#link = link;
    this.#witness = witness;
    this.#told = told;
  }

  override append(act: AppendAct): Promise<AppendAnswer> {
    this.#told.next = { after: (answer) => this.#witness.appended(act, answer as AppendAnswer) };
    return super.append(act);
  }

  override assertRows(act: AssertAct): Promise<AssertAnswer> {
    if (act.isForced) this.#told.next = { before: () => this.#witness.forcing(act) };
    return super.assertRows(act);
  }

  /** Subscribing needs the connection that messages come by. */
  override listen(node: number, listener: StoreListener): Promise<void> {
    if (this.#link.isUp('messages')) return super.listen(node, listener);
    return Promise.reject(new StoreError('unreachable', 'There is no connection to listen by.'));
  }
}
