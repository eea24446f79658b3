import { runCommand } from './run-command.ts';
import { systemTerminal } from './terminal.ts';

/** Runs `holdfast` with these arguments in this process and answers the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  return await runCommand(argv, systemTerminal());
}
