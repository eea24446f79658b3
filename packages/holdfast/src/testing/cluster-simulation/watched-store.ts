import type {
  AdmitAct,
  AdmitAnswer,
  AppendAct,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  ReleaseAct,
} from '../../sessions/store/acts.ts';
import { StoreError } from '../../sessions/store/store-error.ts';
import type { StoreListener } from '../../sessions/store/cluster-store.ts';
import { MemoryStore } from '../../stores/memory/memory-store.ts';
import type { MemoryStoreServer } from '../../stores/memory/memory-store-server.ts';
import type { StoreLink } from './store-link.ts';

/** Who sees what the store does, at the instant at which it does it. */
export interface StoreWitness {
  appended(act: AppendAct, answer: AppendAnswer): void;
  /** The act that was done gave one the place of another. */
  exchanging(): void;
  /** The act that is done next may put back more than there is room for. */
  forcing(act: AssertAct): void;
  /** A node asks for a slot; what is returned hears the answer when the node does. */
  asked(act: AdmitAct, link: StoreLink): (answer: AdmitAnswer) => void;
  noting(line: () => string): void;
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
    const { node, user, rows, isForced } = act;
    this.#told.next = {
      before: () => {
        if (isForced) this.#witness.forcing(act);
      },
      after: (answer) => {
        const { verdicts, removed } = answer as AssertAnswer;
        const words = verdicts.map(({ session, verdict }) => `${session} ${verdict}`);
        const named = rows.length === 0 ? 'nobody' : words.join(', ');
        this.#witness.noting(
          () =>
            `${node} asserts of ${user}: ${named}, ${removed} removed${isForced ? ', by force' : ''}`,
        );
      },
    };
    return super.assertRows(act);
  }

  override admit(act: AdmitAct): Promise<AdmitAnswer> {
    const { node, user, session } = act;
    this.#told.next = {
      after: (answer) => {
        const { outcome, ...rest } = answer as AdmitAnswer;
        if ('replaced' in rest && rest.replaced !== null) this.#witness.exchanging();
        const about =
          'replaced' in rest ? `for ${rest.replaced?.session}, ${rest.count}` : rest.rows.length;
        this.#witness.noting(
          () => `${node} asks for ${session} of ${user}: ${outcome}, ${about} of ${rest.limit}`,
        );
      },
    };
    const admitted = super.admit(act);
    void this.#watch(act, admitted);
    return admitted;
  }

  async #watch(act: AdmitAct, admitted: Promise<AdmitAnswer>): Promise<void> {
    const arrived = this.#witness.asked(act, this.#link);
    try {
      arrived(await admitted);
    } catch {
      // What came of it nobody knows: whoever asked finds out by an assertion.
    }
  }

  override release(act: ReleaseAct): Promise<boolean> {
    const { node, user, session } = act;
    this.#told.next = {
      after: (answer) =>
        this.#witness.noting(() => `${node} gives ${session} of ${user} back: ${String(answer)}`),
    };
    return super.release(act);
  }

  /** Subscribing needs the connection that messages come by. */
  override listen(node: number, listener: StoreListener): Promise<void> {
    if (this.#link.isUp('messages')) return super.listen(node, listener);
    return Promise.reject(new StoreError('unreachable', 'There is no connection to listen by.'));
  }
}
