import type { Membership } from './membership.ts';
import type { Post } from './post.ts';

/** What came back from all nodes. */
export interface Answers {
  /** The first is the own one. */
  readonly answers: readonly unknown[];
  /** Names of nodes that have not answered in time. */
  readonly silent: readonly string[];
}

/** What questions are asked with. */
export interface QuestionParts {
  readonly membership: () => Membership;
  readonly post: Post;
  /** How the application of this node answers, by the kind of the question. */
  readonly answering: Readonly<Record<string, (data: unknown) => unknown>>;
}

/** How long another node may take to answer, milliseconds. */
export const patienceMs = 1_000;

/** Questions that the applications of the nodes ask each other. */
export class Questions {
  readonly #parts: QuestionParts;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
    for (const [kind, answer] of Object.entries(parts.answering))
      parts.post.on(letterOf(kind), answer);
  }

  /** Rejects with what the answer of this node throws; nobody else is asked then. */
  async askAll(kind: string, data: unknown): Promise<Answers> {
    const own = await this.#parts.answering[kind]?.(data);
    const { answers, silent } = await askOthers(this.#parts, letterOf(kind), data);
    return { answers: [own, ...answers], silent };
  }
}

/** Every other node's answer; those that do not answer in time are named. */
export async function askOthers(
  { membership, post }: Pick<QuestionParts, 'membership' | 'post'>,
  kind: string,
  data: unknown,
): Promise<Answers> {
  const others = await membership().everybodyElse();
  const asked = others.map(({ generation }) =>
    post.ask(generation, kind, { data, withinMs: patienceMs }),
  );
  const answers: unknown[] = [];
  const silent: string[] = [];
  for (const [index, answer] of (await Promise.allSettled(asked)).entries()) {
    if (answer.status === 'fulfilled') answers.push(answer.value);
    else silent.push(others[index]?.name ?? '');
  }
  return { answers, silent };
}

/** Apart from what the nodes ask each other by themselves. */
function letterOf(kind: string): string {
  return `app:${kind}`;
}
