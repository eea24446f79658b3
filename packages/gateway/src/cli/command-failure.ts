/** Exit status of a command: done, refused or failed, wrongly used. */
export const exitStatus: {
  readonly done: 0;
  readonly failed: 1;
  readonly wrongUsage: 2;
} = { done: 0, failed: 1, wrongUsage: 2 };

/**
 * Why a command did not do what was asked; each problem is a sentence or two for the terminal. None where what it printed
 * says it all.
 */
export class CommandFailure extends Error {
  readonly status: 1 | 2;
  readonly problems: readonly string[];

  constructor(status: 1 | 2, problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.name = 'CommandFailure';
    this.status = status;
    this.problems = problems;
  }
}

/** The command was called in a way it cannot be: exit status 2. */
export function wrongUsage(problem: string): CommandFailure {
  return new CommandFailure(exitStatus.wrongUsage, [problem]);
}

/** The command was understood and could not be done: exit status 1. */
export function failed(problem: string, cause?: unknown): CommandFailure {
  return new CommandFailure(exitStatus.failed, [problem], cause === undefined ? {} : { cause });
}
