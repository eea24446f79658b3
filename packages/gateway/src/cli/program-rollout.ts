import type { HoldfastCommand } from './holdfast-command.ts';
import type { RolloutFlags } from './rollout.ts';
import type { Terminal } from './terminal.ts';
import { withClientFlags } from './with-client-flags.ts';

const helpText = `
For a user who is only observed nothing is enforced: a newcomer over the limit gets in, a session
that does not answer stays, and both are counted. "set" takes in so many percent of the users, always
the same ones; nobody is ended by it. "back" enforces nothing any more, at once, up to --interim-limit.
The gateway does the same by itself when creating sessions is slow, the sweep fails, or memory grows
(--rollback-…); it never goes forward again by itself.

Examples:
  # what would have been refused and reaped so far, and why it was rolled back
  holdfast rollout status

  # for one user in a hundred, then for everyone
  holdfast rollout set 1
  holdfast rollout set 100 --reason 'two days without a surprise'

  # back to observing
  holdfast rollout back --reason 'support reports lost tabs'
`;

/** Adds `holdfast rollout`. */
export function addRollout(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('rollout'))
    .description(
      'enforce limit and clean-up for a share of the users; the others are only observed',
    )
    .argument('<order>', 'status, set or back')
    .argument('[percent]', 'for set: how many percent, 0 to 100')
    .option('--reason <text>', 'words for the record, with set and back')
    .addHelpText('after', helpText)
    .action(async (order: string, percent: string | undefined, flags: RolloutFlags) => {
      const { rollOut } = await import('./rollout.ts');
      await rollOut({ order, percent }, flags, terminal);
    });
}
