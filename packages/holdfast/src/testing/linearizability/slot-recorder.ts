import type { AdmitAct, AdmitAnswer, ReleaseAct } from '../../sessions/store/acts.ts';
import type { ClusterStore } from '../../sessions/store/cluster-store.ts';
import { checkLinearizable } from './check-linearizable.ts';
import type { LinearizabilityVerdict, Operation } from './operation.ts';
import { type SlotInput, type SlotOutput, slotsSpec, type SlotState } from './slots-spec.ts';

/**
 * Records what several nodes do to the slots of one user at the same time, and what they are answered. An act that rejects is
 * recorded as one of which nobody knows whether it was done, and answers null.
 */
export class SlotRecorder {
  readonly history: Operation<SlotInput, SlotOutput>[] = [];
  readonly #user: string;
  #instant = 0;

  constructor(user: string) {
    this.#user = user;
  }

  /** Asks for a slot; nobody may be evicted by age, and every node has to be alive. */
  async admit(store: ClusterStore, act: Omit<AdmitAct, 'user'>): Promise<AdmitAnswer | null> {
    const { node, session, ticket, taken, limit } = act;
    const input: SlotInput = { act: 'admit', node, session, ticket, taken, limit };
    return this.#record(input, () => store.admit({ ...act, user: this.#user }), outputOf);
  }

  /** Gives a slot back. */
  async release(store: ClusterStore, act: Omit<ReleaseAct, 'user'>): Promise<boolean | null> {
    const { node, session, isRevoked } = act;
    const input: SlotInput = { act: 'release', node, session, isRevoked };
    const ask = (): Promise<boolean> => store.release({ ...act, user: this.#user });
    return this.#record(input, ask, (wasThere) => ({ outcome: 'released', wasThere }));
  }

  /** Confirms a ticket. */
  async confirm(store: ClusterStore, session: number): Promise<void> {
    const ask = (): Promise<void> => store.confirm({ user: this.#user, session });
    await this.#record({ act: 'confirm', session }, ask, () => ({ outcome: 'confirmed' }));
  }

  /** Looks at who is inside. */
  async look(store: ClusterStore): Promise<void> {
    const actor = { node: 0, live: { upTo: 0, generations: [] }, broadcasts: 0 };
    await this.#record(
      { act: 'look' },
      () => store.stateOf(this.#user, actor),
      ({ rows }) => ({ outcome: 'seen', sessions: inOrder(rows) }),
    );
  }

  /** Whether all this could have happened one act after the other. */
  check(): LinearizabilityVerdict<SlotState, SlotInput, SlotOutput> {
    return checkLinearizable(this.history, slotsSpec);
  }

  async #record<T>(
    input: SlotInput,
    ask: () => Promise<T>,
    read: (answer: T) => SlotOutput,
  ): Promise<T | null> {
    this.#instant += 1;
    const calledAt = this.#instant;
    const answer = await ask().then(
      (value) => ({ value }),
      () => null,
    );
    this.#instant += 1;
    const returnedAt = answer === null ? Number.POSITIVE_INFINITY : this.#instant;
    const output = answer === null ? null : read(answer.value);
    this.history.push({ input, output, calledAt, returnedAt });
    return answer === null ? null : answer.value;
  }
}

function outputOf(answer: AdmitAnswer): SlotOutput {
  const isSpent = answer.flaw !== null;
  if (answer.outcome === 'full')
    return { outcome: 'full', isSpent, sessions: inOrder(answer.rows) };
  const { replaced, lineage, count } = answer;
  return { outcome: 'admitted', replaced: replaced?.session ?? null, lineage, isSpent, count };
}

function inOrder(rows: readonly { readonly session: number }[]): number[] {
  return rows.map(({ session }) => session).toSorted((one, other) => one - other);
}
