import { CommanderError } from 'commander';
import { CommandFailure, exitStatus } from './command-failure.ts';
import { describeCrash } from './crash.ts';
import { buildProgram } from './program.ts';
import type { Output, Terminal } from './terminal.ts';

/**
 * Runs one command line (without the name of the program) and answers its exit status: 0 done,
 * 1 refused or failed, 2 wrong usage. Never rejects: what went wrong is told on `terminal.err`.
 */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await buildProgram(terminal).parseAsync(argv, { from: 'user' });
    return exitStatus.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are the only ones left to commander; no command at all shows help, too.
      return error.exitCode === 0 ? exitStatus.done : exitStatus.wrongUsage;
    }
    if (error instanceof CommandFailure) {
      tellProblems(error.problems, terminal.err);
      return error.status;
    }
    tellProblems([describeCrash(error)], terminal.err);
    return exitStatus.failed;
  }
}

/** One problem stands on one line; several are listed under a line that counts them. None: all was said. */
function tellProblems(problems: readonly string[], { write, colors }: Output): void {
  if (problems.length === 0) return;
  const name = colors.red('holdfast:');
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) write(`${name} ${only}\n`);
  else
    write(`${name} ${problems.length} problems\n${problems.map((one) => `- ${one}\n`).join('')}`);
}
