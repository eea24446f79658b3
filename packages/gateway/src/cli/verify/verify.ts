import type { Evidence } from '../../proof/evidence/evidence.ts';
import { findRunFacts } from '../../proof/evidence/run-facts.ts';
import { writeEvidence } from '../../proof/evidence/write-evidence.ts';
import { catalogue } from '../../proof/scenarios/catalogue.ts';
import { chooseScenarios } from '../../proof/scenarios/choose-scenarios.ts';
import { hideSecrets } from '../../proof/scenarios/hide-secrets.ts';
import type { PlayedScenario } from '../../proof/scenarios/outcome.ts';
import {
  type RunProgress,
  runScenarios,
  type ScenarioRun,
} from '../../proof/scenarios/run-scenarios.ts';
import type { Scenario } from '../../proof/scenarios/scenario.ts';
import { failed, wrongUsage } from '../command-failure.ts';
import { waitForStopSignal } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';
import { countOf, writeJson } from '../wording.ts';
import { findGrounds, type FoundGrounds } from '../target/find-grounds.ts';
import { printScenarios } from './verify-list.ts';
import {
  readOrder,
  refuseForeignFlags,
  type VerifyFlags,
  type VerifyOrder,
} from './verify-order.ts';
import { seconds, VerifyProgress } from './verify-progress.ts';
import { describeTally, findFault, tally, toJson } from './verify-report.ts';

/**
 * Plays the scenarios that were asked for, against a target or gateways of its own, and tells how they came out.
 *
 * @throws CommandFailure with status 1 unless all that were to be played have passed, those that do not apply aside
 */
export async function verify(flags: VerifyFlags, terminal: Terminal): Promise<void> {
  refuseForeignFlags(flags);
  const { category: categories = [], pattern: patterns = [] } = flags;
  const choice = chooseScenarios(catalogue, { categories, patterns });
  if (!choice.ok) throw wrongUsage(choice.problem);
  const { scenarios } = choice;
  if (flags.list === true) {
    printScenarios(scenarios, flags, terminal);
    return;
  }
  const order = readOrder(flags, terminal);
  const found = await findGrounds(flags, order, terminal);
  const session: Verification = { flags, order, found, scenarios, terminal };
  const startedAt = new Date();
  const run = await playAll(session);
  if (order.out !== null) {
    const evidence = await toEvidence(session, run, startedAt);
    await writeEvidence(order.out, evidence, { key: order.evidenceKey });
  }
  conclude(session, run, startedAt);
}

interface Verification {
  readonly flags: VerifyFlags;
  readonly order: VerifyOrder;
  readonly found: FoundGrounds;
  readonly scenarios: readonly Scenario[];
  readonly terminal: Terminal;
}

async function playAll(session: Verification): Promise<ScenarioRun> {
  const { order, found, scenarios, terminal } = session;
  const { repeat, seed, failFast } = order;
  const { grounds, secrets } = found;
  const hide = (played: PlayedScenario): PlayedScenario => hideSecrets(played, secrets);
  const progress = beginTelling(session);
  const tell = (told: RunProgress): void =>
    progress?.tell(told.kind === 'played' ? { ...told, played: hide(told.played) } : told);
  const stop = waitForStopSignal(terminal);
  const { signal } = stop;
  const plan = { scenarios, grounds, seed, repeat, failFast, tell, signal };
  try {
    const run = await runScenarios(plan);
    return { ...run, played: run.played.map(hide) };
  } finally {
    progress?.end();
    stop.end();
  }
}

/** With `--json` the standard output is data alone: a person hears of the progress on the other one, a program does not. */
function beginTelling(session: Verification): VerifyProgress | null {
  const { flags, order, found, scenarios, terminal } = session;
  const out = flags.json === true ? terminal.err : terminal.out;
  if (flags.json === true && !out.isTerminal) return null;
  const count = countOf(scenarios.length * order.repeat, 'scenario');
  out.write(`${count} against ${nameOf(found)}, seed ${order.seed}\n`);
  const repeat = (played: PlayedScenario): string => repeatOf(played, session);
  return new VerifyProgress({ out, isVerbose: flags.verbose === true, repeatOf: repeat });
}

function conclude(session: Verification, run: ScenarioRun, startedAt: Date): void {
  const { flags, order, scenarios, terminal } = session;
  const { seed, repeat, out } = order;
  if (flags.json === true) {
    const result = toJson(run, (played) => repeatOf(played, session));
    writeJson({ target: nameOf(session.found), seed, ...result }, terminal);
  } else {
    const took = seconds(Date.now() - startedAt.getTime());
    const kept = out === null ? '' : `; evidence in ${out}`;
    terminal.out.write(`${describeTally(tally(run.played))} in ${took} (seed ${seed})${kept}\n`);
  }
  const fault = findFault(run, scenarios.length * repeat);
  if (fault !== null) throw failed(fault);
}

function nameOf({ url, grounds }: FoundGrounds): string {
  return url ?? `a gateway of its own (${grounds.environment ?? ''})`;
}

function repeatOf({ name }: PlayedScenario, { order, found }: Verification): string {
  const { seed, environment } = order;
  const where = found.url === null ? '' : ` --target '${found.url}'`;
  const env = environment === null ? '' : ` --env ${environment}`;
  return `holdfast verify${where}${env} --pattern '${name}' --seed ${seed}`;
}

async function toEvidence(
  { flags, order, found, scenarios, terminal }: Verification,
  { played, isComplete }: ScenarioRun,
  startedAt: Date,
): Promise<Evidence> {
  const { seed, repeat, failFast } = order;
  const { grounds, url } = found;
  const { environment } = grounds;
  const { category = [], pattern = [] } = flags;
  return {
    format: 'holdfast-evidence/1',
    kind: 'verify',
    ...(await findRunFacts(terminal.folder)),
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    isComplete,
    target: { name: 'target' in grounds ? grounds.target.name : 'holdfast', url, environment },
    settings: {
      seed,
      repeat,
      failFast,
      environment,
      category: category.join(','),
      pattern: pattern.join(','),
    },
    planned: Array.from({ length: repeat }, () => scenarios.map(({ name }) => name)).flat(),
    scenarios: played,
    samples: [],
    series: [],
    marks: [],
  };
}
