/** What a child process can be asked: each a name with its arguments and its answer. */
export type Duties = Record<string, (...args: never[]) => unknown>;

/** A question on its way to a child. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Its answer on the way back. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Serves the questions of the parent process until it goes. */
export function answerParent(duties: Duties): void {
  process.on('message', (question: Question) => {
    void answerOne(duties, question);
  });
  process.on('disconnect', () => process.exit(0));
}

async function answerOne(duties: Duties, { id, name, args }: Question): Promise<void> {
  const duty = duties[name] as ((...given: unknown[]) => unknown) | undefined;
  let answer: Answer;
  try {
    if (duty === undefined) throw new Error(`Nobody here does \`${name}\`.`);
    answer = { id, value: await duty(...args) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(answer);
}
