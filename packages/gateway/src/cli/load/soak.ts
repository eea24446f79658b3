import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Evidence } from '../../proof/evidence/evidence.ts';
import { measured } from '../../proof/evidence/measured.ts';
import { findRunFacts } from '../../proof/evidence/run-facts.ts';
import { pointsOf, watchedMs } from '../../proof/evidence/tally.ts';
import { writeEvidence } from '../../proof/evidence/write-evidence.ts';
import type { LoadPlan } from '../../proof/load/load-plan.ts';
import { runLoad } from '../../proof/load/run-load.ts';
import { runCompressedDay } from '../../proof/soak/compressed-day.ts';
import { usualSoak } from '../../proof/soak/soak-plan.ts';
import { failed, wrongUsage } from '../command-failure.ts';
import { readEvidenceKey } from '../evidence-key.ts';
import { waitForStopSignal } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';
import { readEnvironment } from '../target/environment-flag.ts';
import { makeFolder } from '../target/out-folder.ts';
import { findTarget, type FoundTarget } from '../target/find-target.ts';
import type { TargetFlags } from '../target/target-flags.ts';
import { LoadLine } from './load-line.ts';
import { type LoadFlags, readLoadPlan, settingsOf } from './load-order.ts';
import { ownFlags } from './load.ts';
import { printFigures } from './load-report.ts';
import { SoakRecord } from './soak-record.ts';

/** What `holdfast soak` was given. */
export interface SoakCommandFlags extends LoadFlags, TargetFlags {
  readonly out?: string;
  readonly compress?: boolean;
  readonly evidenceKey?: string;
}

/** About so many looks at the target in all, but no more than one a second and no fewer than one a minute. */
const LOOKS = 1_440;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Watches a target, a gateway of its own, or the session layer in this process, for a long time. @throws CommandFailure */
export async function soak(flags: SoakCommandFlags, terminal: Terminal): Promise<void> {
  const isCompressed = flags.compress === true;
  if (isCompressed && flags.target !== undefined) {
    throw wrongUsage(
      'Expected `--compress` without `--target`, got both: time can be driven only in this process. Leave one out.',
    );
  }
  const folder = readFolder(flags, terminal);
  const key = readEvidenceKey(flags, terminal);
  const plan = readLoadPlan(flags, usualSoak);
  const settings = { ...settingsOf(plan), ...(isCompressed && { compress: true }) };
  const record = SoakRecord.open(folder, { settings, target: flags.target ?? null });
  const job: SoakJob = { plan: { ...plan, seed: record.seed }, record, flags, terminal };
  const { wasStopped, target } = isCompressed ? await compress(job) : await watch(job);
  const evidence: Evidence = {
    format: 'holdfast-evidence/1',
    kind: 'soak',
    ...(await findRunFacts(terminal.folder)),
    startedAt: record.startedAt,
    endedAt: new Date().toISOString(),
    isComplete: !wasStopped,
    target,
    settings: record.settings,
    planned: [],
    scenarios: [],
    samples: record.measures.samples,
    series: record.measures.series,
    marks: record.marks,
  };
  await writeEvidence(folder, evidence, { key });
  if (wasStopped) {
    throw failed(
      `Stopped before its time was over. The same command with \`--out ${folder}\` goes on from here.`,
    );
  }
  record.finish();
  printFigures(evidence.samples, terminal);
  terminal.out.write(`Evidence in ${folder}\n`);
}

interface SoakJob {
  readonly plan: LoadPlan;
  readonly record: SoakRecord;
  readonly flags: SoakCommandFlags;
  readonly terminal: Terminal;
}

interface SoakEnd {
  readonly wasStopped: boolean;
  readonly target: Evidence['target'];
}

/** A soak is for its evidence. */
function readFolder({ out }: SoakCommandFlags, { folder }: Terminal): string {
  if (out !== undefined) return makeFolder(path.resolve(folder, out));
  throw wrongUsage(
    'Expected `--out` to name a folder, got nothing: it keeps what is measured, and lets a soak that was interrupted go on.',
  );
}

async function watch({ plan, record, flags, terminal }: SoakJob): Promise<SoakEnd> {
  const found = await findTarget(flags, terminal, ownFlags(plan));
  const startAtMs = Date.now() - Date.parse(record.startedAt);
  const watched = watchedMs(pointsOf(record, measured.sessions) ?? []);
  if (startAtMs > SECOND_MS) {
    const what = `goes on; ${Math.round(watched / SECOND_MS)} s have been watched before`;
    record.mark({ atMs: startAtMs, kind: 'note', what });
  }
  const left = Math.max(SECOND_MS, plan.durationMs - watched);
  const wasStopped = await untilStopped(terminal, async (signal) => {
    const line = new LoadLine(terminal.out, MINUTE_MS);
    try {
      await runLoad(
        { ...plan, durationMs: left },
        {
          deployment: found.deployment,
          measures: record.measures,
          prefix: `soak-${randomBytes(4).toString('hex')}`,
          mark: (mark) => record.mark(mark),
          tell: (progress) => {
            record.flush();
            // The time that nobody watched does not count.
            line.tell({ ...progress, elapsedMs: watched + progress.elapsedMs - startAtMs });
          },
          observeEveryMs: Math.min(MINUTE_MS, Math.max(SECOND_MS, plan.durationMs / LOOKS)),
          startAtMs,
          signal,
        },
      );
    } finally {
      line.end();
      await end(found, record);
    }
  });
  return { wasStopped, target: found.description };
}

async function end(found: FoundTarget, record: SoakRecord): Promise<void> {
  record.flush();
  await found.stop();
}

async function compress({ plan, record, flags, terminal }: SoakJob): Promise<SoakEnd> {
  const environment = readEnvironment(flags.env) ?? 'staging';
  const { write, isTerminal } = terminal.out;
  const wasStopped = await untilStopped(terminal, async (signal) => {
    await runCompressedDay({
      plan,
      environment,
      measures: record.measures,
      mark: (mark) => record.mark(mark),
      tell: (elapsedMs) => {
        if (!isTerminal) return;
        const share = Math.min(100, Math.round((100 * elapsedMs) / plan.durationMs));
        write(`\r\u001B[2K${share} % of ${Math.round(plan.durationMs / SECOND_MS)} s`);
      },
      signal,
    });
    if (isTerminal) write('\r\u001B[2K');
  });
  return { wasStopped, target: { name: 'holdfast (in process)', url: null, environment } };
}

/** True when a signal ended it. */
async function untilStopped(
  terminal: Terminal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const stop = waitForStopSignal(terminal);
  try {
    await run(stop.signal);
    return stop.signal.aborted;
  } finally {
    stop.end();
  }
}
