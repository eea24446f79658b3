import { UsageError, describeValue } from '../core/usage-error.ts';
import { type Answers, Question, type QuestionParts } from './question.ts';

/** How an application answers, by the kind of the question. */
export type Answering = Readonly<Record<string, (data: unknown) => unknown>>;

/** Questions that the applications of the nodes ask each other. */
export class Questions {
  readonly #byKind: ReadonlyMap<string, Question<unknown, unknown>>;

  constructor(parts: QuestionParts, answering: Answering) {
    this.#byKind = new Map(
      // Apart from what the nodes ask each other by themselves.
      Object.entries(answering).map(([kind, answer]) => [
        kind,
        new Question(parts, { kind: `app:${kind}`, answer }),
      ]),
    );
  }

  /** Rejects with UsageError `bad-option`, and with what the answer of this node throws. */
  async askAll(kind: string, data: unknown): Promise<Answers> {
    const question = this.#byKind.get(kind);
    if (question === undefined) {
      throw new UsageError(
        'bad-option',
        `Expected \`kind\` to be one of \`answering\`, got ${describeValue(kind)}. Say at the start how nodes answer it.`,
      );
    }
    return await question.all(data);
  }
}
