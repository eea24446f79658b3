import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Deployment } from '../../proof/deployment.ts';
import type { Evidence, TimelineMark } from '../../proof/evidence/evidence.ts';
import { findRunFacts } from '../../proof/evidence/run-facts.ts';
import { writeEvidence } from '../../proof/evidence/write-evidence.ts';
import type { LoadPlan } from '../../proof/load/load-plan.ts';
import { Measures } from '../../proof/load/measures.ts';
import { runLoad } from '../../proof/load/run-load.ts';
import { failed } from '../command-failure.ts';
import { readEvidenceKey } from '../evidence-key.ts';
import { makeFolder } from '../target/out-folder.ts';
import { waitForStopSignal } from '../stop-signal.ts';
import { findTarget } from '../target/find-target.ts';
import type { TargetFlags } from '../target/target-flags.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../wording.ts';
import { LoadLine } from './load-line.ts';
import { type LoadFlags, readLoadPlan, settingsOf } from './load-order.ts';
import { figuresOf, printFigures } from './load-report.ts';

/** What `holdfast load` was given. */
export interface LoadCommandFlags extends LoadFlags, TargetFlags {
  readonly out?: string;
  readonly evidenceKey?: string;
  readonly json?: boolean;
}

const OBSERVE_EVERY_MS = 1_000;

/** Puts a load on a target, or on a gateway of its own, and tells what was measured. @throws CommandFailure */
export async function load(flags: LoadCommandFlags, terminal: Terminal): Promise<void> {
  const plan = readLoadPlan(flags);
  const key = readEvidenceKey(flags, terminal);
  const out = flags.out === undefined ? null : makeFolder(path.resolve(terminal.folder, flags.out));
  const target = await findTarget(flags, terminal, ownFlags(plan));
  try {
    const startedAt = new Date();
    const run = await measure(plan, { deployment: target.deployment, flags, terminal });
    const { samples, series } = run.measures;
    if (out !== null) {
      const evidence: Evidence = {
        format: 'holdfast-evidence/1',
        kind: 'load',
        ...(await findRunFacts(terminal.folder)),
        startedAt: startedAt.toISOString(),
        endedAt: new Date().toISOString(),
        isComplete: !run.wasStopped,
        target: target.description,
        settings: settingsOf(plan),
        planned: [],
        scenarios: [],
        samples,
        series,
        marks: run.marks,
      };
      await writeEvidence(out, evidence, { key });
    }
    if (flags.json === true)
      writeJson({ settings: settingsOf(plan), figures: figuresOf(samples) }, terminal);
    else printFigures(samples, terminal);
    if (out !== null && flags.json !== true) terminal.out.write(`Evidence in ${out}\n`);
    if (run.wasStopped)
      throw failed('Stopped before its time was over: what was measured is not complete.');
  } finally {
    await target.stop();
  }
}

/** A gateway of the load's own has room for it. */
export function ownFlags({ users, sessionsPerUser }: LoadPlan): readonly string[] {
  const connections = Math.max(1_000, 4 * users * sessionsPerUser);
  return [
    '--max-sessions-per-user',
    String(sessionsPerUser),
    '--max-connections',
    String(connections),
  ];
}

interface Measured {
  readonly measures: Measures;
  readonly marks: readonly TimelineMark[];
  readonly wasStopped: boolean;
}

interface MeasureParts {
  readonly deployment: Deployment;
  readonly flags: LoadCommandFlags;
  readonly terminal: Terminal;
}

async function measure(
  plan: LoadPlan,
  { deployment, flags, terminal }: MeasureParts,
): Promise<Measured> {
  const measures = new Measures();
  const marks: TimelineMark[] = [];
  const stop = waitForStopSignal(terminal);
  const { signal } = stop;
  const line = new LoadLine(flags.json === true ? terminal.err : terminal.out);
  try {
    await runLoad(plan, {
      deployment,
      measures,
      prefix: `load-${randomBytes(4).toString('hex')}`,
      mark: (mark) => void marks.push(mark),
      tell: line.tell,
      observeEveryMs: OBSERVE_EVERY_MS,
      signal,
    });
    return { measures, marks, wasStopped: signal.aborted };
  } finally {
    line.end();
    stop.end();
  }
}
