import type { Scenario } from '../../proof/scenarios/scenario.ts';
import type { Terminal } from '../terminal.ts';
import { countOf, writeJson } from '../wording.ts';

/** How a list of scenarios is printed. */
export interface ListFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Prints scenarios with what they claim. */
export function printScenarios(
  scenarios: readonly Scenario[],
  { json, verbose }: ListFlags,
  terminal: Terminal,
): void {
  if (json === true) {
    writeJson({ scenarios: scenarios.map(describe) }, terminal);
    return;
  }
  const { write, colors } = terminal.out;
  for (const scenario of scenarios) {
    write(`${colors.bold(scenario.name)}\n  ${scenario.claim}\n`);
    if (verbose === true)
      write(`  ${colors.dim(`covers ${scenario.covers.join(', ')}; ${needsOf(scenario)}`)}\n`);
  }
  write(`${countOf(scenarios.length, 'scenario')}\n`);
}

function describe({
  name,
  category,
  claim,
  covers,
  flags = [],
  needsHost = false,
}: Scenario): object {
  return { name, category, claim, covers, flags, needsHost };
}

function needsOf({ flags = [], needsHost = false }: Scenario): string {
  if (needsHost) return 'only where the gateway is started for the proof';
  return flags.length > 0 ? `started with ${flags.join(' ')}` : 'any target';
}
