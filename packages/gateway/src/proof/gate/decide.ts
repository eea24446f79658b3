import type { Evidence, EvidenceKind } from '../evidence/evidence.ts';
import type { ReadEvidence } from '../evidence/read-evidence.ts';
import { cleanupsOf } from '../evidence/tally.ts';
import { judgeIntegrity } from './judge-integrity.ts';
import { judgeRun } from './judge-run.ts';
import { judgeRequired } from './judge-scenarios.ts';
import type { Policy } from './policy.ts';
import { type Ruling, rule, type RulingParts } from './ruling.ts';

/** Where a deployment is to go. */
export type Destination = 'staging' | 'production';

/** A file of evidence, and what was found in it. */
export interface FoundEvidence {
  readonly file: string;
  readonly found: ReadEvidence;
}

/** What the gate is asked. */
export interface GateQuestion {
  readonly policy: Policy;
  /** Null: whether what is there is in order, whatever it is enough for. */
  readonly destination: Destination | null;
  /** The commit that is to be deployed; null where nobody says. */
  readonly commit: string | null;
  readonly hasKey: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The answer of the gate. */
export interface Decision {
  /** Every ruling is met. */
  readonly isGo: boolean;
  readonly rulings: readonly Ruling[];
}

/** Go where every rule about every file is met, and about all of them together; otherwise no-go. */
export function decide(files: readonly FoundEvidence[], question: GateQuestion): Decision {
  const runs = files.flatMap(({ found }) => (found.ok ? [found.evidence] : []));
  const rulings = [
    ...files.flatMap((file) => judgeFile(file, question)),
    ...judgeTogether(runs, question).map((one) => ({ ...one, file: null })),
  ];
  const isGo = rulings.length > 0 && rulings.every(({ outcome }) => outcome === 'met');
  return { isGo, rulings };
}

function judgeFile({ file, found }: FoundEvidence, question: GateQuestion): readonly Ruling[] {
  if (!found.ok) return [{ ...unreadable(found.problem), file }];
  const { evidence, seal } = found;
  const { policy } = question;
  const rulings = [...judgeIntegrity(evidence, seal, question), ...judgeRun(evidence, policy)];
  return rulings.map((one) => ({ ...one, file }));
}

function unreadable(problem: string): Omit<Ruling, 'file'> {
  return rule({
    rule: 'evidence',
    holds: false,
    expected: 'the evidence of a run',
    got: `a file that ${problem}`,
    advice: 'Give the folder a run was told to write with --out.',
  });
}

function judgeTogether(
  runs: readonly Evidence[],
  question: GateQuestion,
): readonly Omit<Ruling, 'file'>[] {
  const { destination, policy } = question;
  const always = [judgeCommit(runs, question)];
  if (destination === null) return always;
  return [
    ...always,
    judgeKind(runs, { kind: 'verify', destination, command: 'holdfast verify' }),
    judgeKind(runs, { kind: 'load', destination, command: 'holdfast load' }),
    ...(destination === 'production'
      ? [judgeKind(runs, { kind: 'soak', destination, command: 'holdfast soak' })]
      : []),
    ...judgeRequired(runs, policy),
    judgeAnyCleanup(runs),
  ];
}

function judgeCommit(runs: readonly Evidence[], { commit }: GateQuestion): Omit<Ruling, 'file'> {
  const commits = [...new Set(runs.map((run) => run.commit))];
  const [only = null] = commits;
  const isOne = commits.length === 1 && only !== null && !only.endsWith('+');
  const base = {
    rule: 'commit',
    expected: wanted(commit),
    advice: 'Run all of it again on the commit that is deployed, with no file changed.',
  };
  if (commits.length === 0) return rule({ ...base, holds: null, got: 'no run' });
  const got = `runs on ${commits.map((one) => one ?? 'no commit').join(' and ')}`;
  return rule({ ...base, got, holds: isOne && (commit === null || only.startsWith(commit)) });
}

function wanted(commit: string | null): string {
  return commit === null
    ? 'all runs on one commit, with no file changed'
    : `all runs on commit ${commit}, with no file changed`;
}

interface WantedKind {
  readonly kind: EvidenceKind;
  readonly destination: Destination;
  readonly command: string;
}

function judgeKind(
  runs: readonly Evidence[],
  { kind, destination, command }: WantedKind,
): Omit<Ruling, 'file'> {
  const count = runs.filter((run) => run.kind === kind).length;
  const parts: RulingParts = {
    rule: kind,
    holds: count > 0,
    expected: `evidence of \`${command}\` for ${destination}`,
    got: count > 0 ? `${count}` : 'none',
    advice: `Run \`${command} … --out DIR\`, and give DIR to the gate.`,
  };
  return rule(parts);
}

/** The rate of clean-ups says something only where there was something to clean up. */
function judgeAnyCleanup(runs: readonly Evidence[]): Omit<Ruling, 'file'> {
  const count = runs.reduce((sum, run) => sum + (cleanupsOf(run)?.whole ?? 0), 0);
  return rule({
    rule: 'cleanupSuccessAbovePercent',
    holds: count > 0 ? true : null,
    expected: 'clean-ups at the limit to have been needed at least once',
    got: `${count} of them`,
    advice:
      'Run `holdfast load` with --frozen 4%, so that users come back over sessions nobody is behind.',
  });
}
