import type { Membership } from './membership.ts';
import type { Post } from './post.ts';

/** What comes from several nodes. */
export interface FromNodes {
  /** Names of nodes that have not answered in time, or failed: what they know is missing, and what they were to do may not be done. */
  readonly silent: readonly string[];
}

/** What came back from those who were asked. */
export interface Answers<A = unknown> extends FromNodes {
  readonly answers: readonly A[];
}

/** What questions go through. */
export interface QuestionParts {
  readonly membership: () => Membership;
  readonly post: Post;
}

/** What is asked and answered goes as JSON. Fields may be added: nodes of two versions share a store. */
export interface QuestionTerms<D, A> {
  /** Its name among nodes. */
  readonly kind: string;
  /** How this node answers. */
  readonly answer: (data: D) => A | Promise<A>;
  /** How long another node may take, milliseconds. Default {@link patienceMs}. */
  readonly withinMs?: number;
}

/** How long another node may take to answer, milliseconds. */
export const patienceMs = 1_000;

/** The one way in which a node asks all of them: each answers for itself, and who does not is named. */
export class Question<D, A> {
  readonly #parts: QuestionParts;
  readonly #terms: QuestionTerms<D, A>;

  constructor(parts: QuestionParts, terms: QuestionTerms<D, A>) {
    this.#parts = parts;
    this.#terms = terms;
    parts.post.on(terms.kind, (data) => terms.answer(data as D));
  }

  /**
   * Asks every node; the first answer is that of this one. Rejects with what the own answer throws; where it does at once,
   * nobody else is asked.
   */
  async all(data: D): Promise<Answers<A>> {
    const own = this.#terms.answer(data);
    const [first, { answers, silent }] = await Promise.all([own, this.others(data)]);
    return { answers: [first, ...answers], silent };
  }

  /** Asks every node but this one. Never rejects. */
  async others(data: D): Promise<Answers<A>> {
    const { membership, post } = this.#parts;
    const { kind, withinMs = patienceMs } = this.#terms;
    const nodes = await membership().everybodyElse();
    const asked = nodes.map(({ generation }) => post.ask(generation, kind, { data, withinMs }));
    const answers: A[] = [];
    const silent: string[] = [];
    for (const [index, answer] of (await Promise.allSettled(asked)).entries()) {
      if (answer.status === 'fulfilled') answers.push(answer.value as A);
      else silent.push(nodes[index]?.name ?? '');
    }
    return { answers, silent };
  }
}
