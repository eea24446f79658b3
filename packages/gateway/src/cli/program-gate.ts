import { evidenceKeyFlag } from './evidence-key.ts';
import type { GateFlags } from './gate.ts';
import type { HoldfastCommand } from './holdfast-command.ts';
import type { Terminal } from './terminal.ts';

const helpText = `
Every run of the proof kit leaves a folder of evidence (--out). The gate reads the evidence.json of each
folder and holds it against a policy, by default the numbers Holdfast was built for: no refusal for
the limit, background clean-up always running, more than 95 % of clean-ups at the limit successful,
99 % of sessions created in less than 100 ms, 50 users with 5 sessions each; for production also a soak
of 24 hours without growth. Evidence that is stale, missing, partial or altered is a no-go.

Exit status 0 is go, 1 no-go, 2 wrong usage. docs/evidence.md lists the keys of a policy.

Examples:
  # staging: scenarios and a load
  holdfast verify --out proof/verify
  holdfast load --users 50 --sessions 5 --frozen 4% --duration 5m --out proof/load
  holdfast gate proof/verify proof/load --for staging

  # production: the soak as well, all of it on the commit that is deployed, and signed
  export HOLDFAST_EVIDENCE_KEY=…
  holdfast gate proof/verify proof/load proof/soak --for production --commit "$(git rev-parse HEAD)"

  # other numbers
  holdfast gate proof/load --policy policy.yaml --json
`;

/** Adds `holdfast gate`. */
export function addGate(program: HoldfastCommand, terminal: Terminal): void {
  program
    .command('gate')
    .description('hold evidence against a policy: go or no-go, and why')
    .argument('<dir...>', 'folders of evidence')
    .option('--for <destination>', 'staging or production: which runs there must be')
    .option('--policy <file>', 'YAML or JSON with the numbers that differ')
    .option(
      '--commit <commit>',
      'the commit that is to be deployed; evidence of another is a no-go',
    )
    .option(evidenceKeyFlag.flags, evidenceKeyFlag.description)
    .option('--json', 'print JSON')
    .addHelpText('after', helpText)
    .action(async (folders: string[], flags: GateFlags) => {
      const { runGate } = await import('./gate.ts');
      await runGate(folders, flags, terminal);
    });
}
