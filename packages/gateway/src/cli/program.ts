import { readFileSync } from 'node:fs';
import { Option, type OutputConfiguration } from 'commander';
import { listOptionDescriptors } from '../server/config/option-descriptors.ts';
import { evidenceKeyFlag } from './evidence-key.ts';
import type { ClientFlags } from './gateway-client.ts';
import { helpTexts } from './help-texts.ts';
import { HoldfastCommand } from './holdfast-command.ts';
import { addGate } from './program-gate.ts';
import { addLoad, addSoak } from './program-load.ts';
import { addRollout } from './program-rollout.ts';
import type { ServeFlags } from './serve.ts';
import type { Terminal } from './terminal.ts';
import type { TokenFlags } from './token.ts';
import type { VerifyFlags } from './verify/verify-order.ts';
import { withClientFlags } from './with-client-flags.ts';

/**
 * The `holdfast` command with all its commands and flags. What a command does is loaded only when it
 * runs: printing a token must not wait for a server to be read from the disk.
 */
export function buildProgram(terminal: Terminal): HoldfastCommand {
  const program = new HoldfastCommand('holdfast');
  program
    .description('Holdfast: the session layer for WebSockets.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this')
    .helpCommand(false)
    .exitOverride()
    .configureOutput(outputOf(terminal));
  const { bold, cyan } = terminal.out.colors;
  program.configureHelp({ styleTitle: bold, styleCommandText: cyan });
  addServe(program, terminal);
  addToken(program, terminal);
  addSessions(program, terminal);
  addNodes(program, terminal);
  addReap(program, terminal);
  addClose(program, terminal);
  addDrain(program, terminal);
  addVerify(program, terminal);
  addLoad(program, terminal);
  addSoak(program, terminal);
  addGate(program, terminal);
  addRollout(program, terminal);
  addHelp(program);
  return program;
}

function addServe(program: HoldfastCommand, terminal: Terminal): void {
  const serve = program.command('serve').description('run the gateway');
  for (const { flags, description, variable } of listOptionDescriptors()) {
    serve.option(flags, `${description} [${variable}]`);
  }
  serve.addHelpText('after', helpTexts.serve).action(async (flags: ServeFlags) => {
    const { serveGateway } = await import('./serve.ts');
    await serveGateway(flags, terminal);
  });
}

function addToken(program: HoldfastCommand, terminal: Terminal): void {
  program
    .command('token')
    .description('mint a token for a user, or print the admin token')
    .option('--user <id>', 'whom the token is for')
    .option('--ttl <duration>', 'how long it is valid (default: 1h)')
    .option('--max-sessions <number>', "the user's limit, 1 to 1000 (default: the gateway's)")
    .option('--device <name>', 'a name that lists show')
    .option('--admin', 'print the admin token instead')
    .option('--auth-secret <secret>', 'secret to sign with [HOLDFAST_AUTH_SECRET]')
    .option('--auth-issuer <text>', 'the `iss` of the token [HOLDFAST_AUTH_ISSUER]')
    .option('--auth-audience <text>', 'the `aud` of the token [HOLDFAST_AUTH_AUDIENCE]')
    .option('--admin-token <token>', 'the admin token, for --admin [HOLDFAST_ADMIN_TOKEN]')
    .option('--json', 'print JSON')
    .addHelpText('after', helpTexts.token)
    .action(async (flags: TokenFlags) => {
      const { printToken } = await import('./token.ts');
      printToken(flags, terminal);
    });
}

function addSessions(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('sessions'))
    .description("list a user's sessions, or all")
    .argument('[user]', 'whose; all users if left out')
    .option('--limit <number>', 'how many to list, 1 to 1000 (default: 100)')
    .addHelpText('after', helpTexts.sessions)
    .action(async (user: string | undefined, flags: ClientFlags & { limit?: string }) => {
      const { printSessions } = await import('./sessions.ts');
      await printSessions(user, flags, terminal);
    });
}

function addNodes(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('nodes'))
    .description('list the nodes that share their users')
    .addHelpText('after', helpTexts.nodes)
    .action(async (flags: ClientFlags) => {
      const { printNodes } = await import('./nodes.ts');
      await printNodes(flags, terminal);
    });
}

function addReap(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('reap'))
    .description("end a user's dead sessions, or all dead ones; never a living one")
    .argument('[user]', 'whose; all users if left out')
    .addHelpText('after', helpTexts.reap)
    .action(async (user: string | undefined, flags: ClientFlags) => {
      const { reapSessions } = await import('./reap.ts');
      await reapSessions(user, flags, terminal);
    });
}

function addClose(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('close'))
    .description("close a user's sessions, the living too")
    .argument('<user>', 'whose')
    .option('--exclude <session>', 'a session that stays; may be given again', collect)
    .option('--reason <text>', 'words for the log of the gateway')
    .addHelpText('after', helpTexts.close)
    .action(async (user: string, flags: ClientFlags & { exclude?: string[]; reason?: string }) => {
      const { closeSessions } = await import('./close.ts');
      await closeSessions(user, flags, terminal);
    });
}

function addDrain(program: HoldfastCommand, terminal: Terminal): void {
  withClientFlags(program.command('drain'))
    .description('let a node go without loss, and wait until it is gone')
    .argument('[node]', 'its name; the only one if left out')
    .option('--here', 'the one that answers, of several')
    .addHelpText('after', helpTexts.drain)
    .action(async (node: string | undefined, flags: ClientFlags & { here?: boolean }) => {
      const { drainNode } = await import('./drain.ts');
      await drainNode(node, flags, terminal);
    });
}

function addVerify(program: HoldfastCommand, terminal: Terminal): void {
  program
    .command('verify')
    .description('prove a deployment: play scenarios against it, or against a gateway of its own')
    .option(
      '--target <url>',
      'the deployment; the first of several with commas, which share their users (default: gateways are started for the run)',
    )
    .option('--auth-secret <secret>', 'secret the target checks tokens with [HOLDFAST_AUTH_SECRET]')
    .option('--auth-issuer <text>', 'the `iss` it asks for [HOLDFAST_AUTH_ISSUER]')
    .option('--auth-audience <text>', 'the `aud` it asks for [HOLDFAST_AUTH_AUDIENCE]')
    .option('--admin-token <token>', 'its admin token [HOLDFAST_ADMIN_TOKEN]')
    .option('--category <name>', 'only scenarios of this category; may be given again', collect)
    .option('--pattern <glob>', 'only those whose name matches; may be given again', collect)
    .option('--env <name>', 'the environment gateways are started in (default: staging)')
    .option('--fail-fast', 'stop after the first failure')
    .option('--verbose', 'tell claims, measurements and what was done')
    .option('--list', 'print the scenarios and play none')
    .option('--repeat <number>', 'play each so often, 1 to 1000 (default: 1)')
    .option('--seed <number>', 'draw as the run with this seed did')
    .option('--out <folder>', 'write evidence into this folder')
    .option(evidenceKeyFlag.flags, evidenceKeyFlag.description)
    .option('--json', 'print JSON')
    .addOption(new Option('--test-pattern <glob>').hideHelp())
    .addOption(new Option('--real-services').hideHelp())
    .addHelpText('after', helpTexts.verify)
    .action(async (flags: VerifyFlags) => {
      const { verify } = await import('./verify/verify.ts');
      await verify(flags, terminal);
    });
}

function addHelp(program: HoldfastCommand): void {
  program
    .command('help')
    .description('print the help of a command')
    .argument('[command]', 'which')
    .action((name: string | undefined) => {
      const about = program.commands.find((command) => command.name() === name);
      if (name !== undefined && about === undefined) throw program.refuseCommand(name);
      (about ?? program).outputHelp();
    });
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function outputOf({ out, err }: Terminal): OutputConfiguration {
  return {
    writeOut: out.write,
    writeErr: err.write,
    getOutHelpWidth: () => out.columns,
    getErrHelpWidth: () => err.columns,
    getOutHasColors: () => out.isTerminal,
    getErrHasColors: () => err.isTerminal,
  };
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
