import type { SealedEvidence } from '../evidence/evidence.ts';
import type { SealState } from '../evidence/seal.ts';
import type { Decision, FoundEvidence, GateQuestion } from './decide.ts';
import { tellRuling } from './ruling.ts';

/** The answer as lines for a person: the verdict, what evidence there was, what stands in the way, what was met. */
export function tellDecision(
  { isGo, rulings }: Decision,
  files: readonly FoundEvidence[],
  { destination }: GateQuestion,
): readonly string[] {
  const open = rulings.filter(({ outcome }) => outcome !== 'met');
  const met = rulings.filter(({ outcome }) => outcome === 'met');
  const aim = destination === null ? '' : ` for ${destination}`;
  const verdict = isGo
    ? `GO${aim}: all ${met.length} rules are met.`
    : `NO-GO${aim}: ${open.length} of ${rulings.length} rules are not met.`;
  return [
    verdict,
    ...section('Evidence', files.map(tellFile)),
    ...section('Not met', open.map(tellRuling)),
    ...section('Met', met.map(tellRuling)),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line}`)];
}

function tellFile({ file, found }: FoundEvidence): string {
  if (!found.ok) return `${file} ${found.problem}.`;
  const { kind, target, endedAt, commit } = found.evidence;
  return (
    `${file}: ${kind} of ${target.name}, ended ${endedAt}, ` +
    `${commit === null ? 'no commit' : `commit ${shorten(commit)}`}, ${signatureWords[found.seal.signature]}.`
  );
}

const signatureWords: Readonly<Record<SealState['signature'], string>> = {
  good: 'signed, and the signature is good',
  bad: 'signed, and the signature is not good',
  unchecked: 'signed, which was not checked: no evidence key was given',
  none: 'not signed: who wrote the file could have written anything',
};

function shorten(commit: string): string {
  return commit.endsWith('+') ? `${commit.slice(0, 12)}+` : commit.slice(0, 12);
}

/** The answer for programs. */
export interface DecisionRecord extends Decision {
  readonly destination: GateQuestion['destination'];
  readonly commit: string | null;
  readonly evidence: readonly EvidenceRecord[];
}

/** One file of evidence for programs: what it is, or what is wrong with it. */
type EvidenceRecord =
  | ({ readonly file: string } & Pick<
      SealedEvidence,
      'kind' | 'commit' | 'startedAt' | 'endedAt' | 'target' | 'digest'
    > &
      Pick<SealState, 'signature'>)
  | { readonly file: string; readonly problem: string };

/** The answer as data. */
export function describeDecision(
  decision: Decision,
  files: readonly FoundEvidence[],
  { destination, commit }: GateQuestion,
): DecisionRecord {
  return { ...decision, destination, commit, evidence: files.map(describeFile) };
}

function describeFile({ file, found }: FoundEvidence): EvidenceRecord {
  if (!found.ok) return { file, problem: found.problem };
  const { kind, commit, startedAt, endedAt, target, digest } = found.evidence;
  const { signature } = found.seal;
  return { file, kind, commit, startedAt, endedAt, target, digest, signature };
}
