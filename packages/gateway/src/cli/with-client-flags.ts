import type { HoldfastCommand } from './holdfast-command.ts';

/** Adds the flags of a command that talks to a gateway. */
export function withClientFlags(command: HoldfastCommand): HoldfastCommand {
  return command
    .option('--url <url>', 'the gateway (default: http://127.0.0.1:8080) [HOLDFAST_URL]')
    .option(
      '--admin-token <token>',
      'its admin token (default: the one made up in .holdfast/) [HOLDFAST_ADMIN_TOKEN]',
    )
    .option('--json', 'print JSON');
}
