import { shapes } from '../proof/load/shape.ts';
import { evidenceKeyFlag } from './evidence-key.ts';
import type { HoldfastCommand } from './holdfast-command.ts';
import type { LoadCommandFlags } from './load/load.ts';
import type { SoakCommandFlags } from './load/soak.ts';
import type { Terminal } from './terminal.ts';

const loadHelp = `
Clients connect at the rate until all users have their sessions; then clients leave and come again at
that rate, events flow, and the frozen share is in a process that is stopped: it comes back every 8
seconds while its old sessions still stand there. Everything has its instant beforehand, and what is
late counts from there: a slow target cannot slow down its own measurement.

Shapes: ${Object.entries(shapes)
  .map(([name, about]) => `${name} (${about})`)
  .join(', ')}.

Examples:
  # a gateway of its own, 50 users with 5 sessions each for 30 seconds
  holdfast load

  # a deployment, with a peak in the middle, and evidence
  export HOLDFAST_AUTH_SECRET=… HOLDFAST_ADMIN_TOKEN=…
  holdfast load --target https://staging.example.com --users 500 --rate 200/s --shape spike --duration 10m --out proof/load
`;

const soakHelp = `
A small load for a long time, watched: memory, open files, counts, latency and the runs of the sweep.
Everything is written down as it comes: a soak that was interrupted goes on where it was when it is
started again with the same --out. \`holdfast gate\` tells whether anything grows.

--compress runs the time in this process on a clock of its own: a day takes less than a minute. It shows
what piles up in the session layer; sockets and the machine it cannot show, and the gate for production
does not take it for a day.

Examples:
  # a day against staging
  holdfast soak --target https://staging.example.com --duration 24h --out proof/soak

  # a day of the session layer, now
  holdfast soak --duration 24h --compress --out proof/day
`;

/** Adds `holdfast load`. */
export function addLoad(program: HoldfastCommand, terminal: Terminal): void {
  withLoadFlags(program.command('load'))
    .description('put a load on a deployment, or on a gateway of its own, and measure it')
    .option('--duration <time>', 'after everybody is there (default: 30s)')
    .option('--json', 'print JSON')
    .addHelpText('after', loadHelp)
    .action(async (flags: LoadCommandFlags) => {
      const { load } = await import('./load/load.ts');
      await load(flags, terminal);
    });
}

/** Adds `holdfast soak`. */
export function addSoak(program: HoldfastCommand, terminal: Terminal): void {
  withLoadFlags(program.command('soak'))
    .description('watch a deployment under a small load for a long time')
    .option('--duration <time>', 'in all, with what an earlier run has watched (default: 24h)')
    .option('--compress', 'run the time in this process on a clock of its own')
    .addHelpText('after', soakHelp)
    .action(async (flags: SoakCommandFlags) => {
      const { soak } = await import('./load/soak.ts');
      await soak(flags, terminal);
    });
}

function withLoadFlags(command: HoldfastCommand): HoldfastCommand {
  return command
    .option('--target <url>', 'the deployment (default: a gateway is started for the run)')
    .option('--auth-secret <secret>', 'secret the target checks tokens with [HOLDFAST_AUTH_SECRET]')
    .option('--auth-issuer <text>', 'the `iss` it asks for [HOLDFAST_AUTH_ISSUER]')
    .option('--auth-audience <text>', 'the `aud` it asks for [HOLDFAST_AUTH_AUDIENCE]')
    .option('--admin-token <token>', 'its admin token [HOLDFAST_ADMIN_TOKEN]')
    .option('--env <name>', 'the environment a gateway is started in (default: staging)')
    .option('--users <number>', 'users, 1 to 100000 (default: 50)')
    .option('--sessions <number>', 'sessions of each, 1 to 1000 (default: 5)')
    .option('--rate <rate>', 'connects per second (default: load 50/s, soak 1/s)')
    .option('--shape <name>', 'how they are spread over the time (default: steady)')
    .option('--frozen <share>', 'share of the clients that is frozen (default: 4%)')
    .option('--events <rate>', 'events per second, each to one user (default: load 20/s, soak 1/s)')
    .option('--seed <number>', 'draw as the run with this seed did')
    .option('--out <folder>', 'write evidence into this folder')
    .option(evidenceKeyFlag.flags, evidenceKeyFlag.description);
}
