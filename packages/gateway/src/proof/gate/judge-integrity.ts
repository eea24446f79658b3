import { formatDuration } from '../../server/config/units.ts';
import { findContradictions } from '../evidence/contradictions.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { compareWithPlan } from '../evidence/plan.ts';
import type { SealState } from '../evidence/seal.ts';
import type { Policy } from './policy.ts';
import { type FilelessRuling, rule } from './ruling.ts';

/** What all evidence is held against, whichever run it is of. */
export interface IntegrityTerms {
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether a key was given: then a signature is asked for. */
  readonly hasKey: boolean;
}

/** Whether the evidence of a run is what the run left, whole, of one piece and fresh. */
export function judgeIntegrity(
  evidence: Evidence,
  seal: SealState,
  { policy, now, hasKey }: IntegrityTerms,
): readonly FilelessRuling[] {
  return [
    judgeDigest(seal),
    ...(hasKey ? [judgeSignature(seal)] : []),
    judgeConsistency(evidence, now),
    judgeCompleteness(evidence),
    judgeAge(evidence, policy, now),
    ...judgeEnvironment(evidence, policy),
  ];
}

function judgeDigest({ isWhole }: SealState): FilelessRuling {
  return rule({
    rule: 'digest',
    holds: isWhole,
    expected: 'evidence as its run left it',
    got: isWhole ? 'the digest of what is there' : 'a digest of something else: it was altered',
    advice: 'Run it again; what was edited proves nothing.',
  });
}

function judgeSignature({ signature }: SealState): FilelessRuling {
  const words = {
    good: 'a signature with the evidence key',
    bad: 'a signature that was made with another key, or over other evidence',
    none: 'no signature',
    unchecked: 'a signature that was not checked',
  };
  return rule({
    rule: 'signature',
    holds: signature === 'good',
    expected: 'evidence signed with the evidence key',
    got: words[signature],
    advice: 'Run it again with HOLDFAST_EVIDENCE_KEY set to the key of the gate.',
  });
}

function judgeConsistency(evidence: Evidence, now: number): FilelessRuling {
  const contradictions = findContradictions(evidence, now);
  return rule({
    rule: 'consistency',
    holds: contradictions.length === 0,
    expected: 'times and counts that can have been so',
    got: contradictions.length === 0 ? 'such' : contradictions.join(' '),
    advice: 'Look at the clock of the machine that ran it, and run it again.',
  });
}

function judgeCompleteness(evidence: Evidence): FilelessRuling {
  const { isComplete, planned, scenarios } = evidence;
  const { missing } = compareWithPlan(evidence);
  const rest =
    missing.length === 0
      ? ''
      : `: ${scenarios.length} of ${planned.length} scenarios were played, ${missing.join(', ')} not`;
  return rule({
    rule: 'completeness',
    holds: isComplete && missing.length === 0,
    expected: 'a run that went to its end',
    got: isComplete && missing.length === 0 ? 'one' : `one that was ended early${rest}`,
    advice: 'Let it run to its end, without --fail-fast.',
  });
}

function judgeAge({ endedAt }: Evidence, { maxAgeMs }: Policy, now: number): FilelessRuling {
  const age = now - Date.parse(endedAt);
  const text = formatDuration(Math.max(0, Math.floor(age / 60_000) * 60_000));
  return rule({
    rule: 'maxAge',
    holds: age <= maxAgeMs,
    expected: `a run that ended within the last ${formatDuration(maxAgeMs)}`,
    got: `one that ended ${text === '0ms' ? 'less than a minute' : text} ago, at ${endedAt}`,
    advice: 'Run it again: what it saw may not be so any more.',
  });
}

function judgeEnvironment({ target }: Evidence, { environments }: Policy): FilelessRuling[] {
  if (environments.length === 0) return [];
  const { environment } = target;
  return [
    rule({
      rule: 'environments',
      holds: environment === null ? null : environments.includes(environment),
      expected: `a run in ${environments.join(' or ')}`,
      got: environment === null ? 'one that does not say where' : `one in ${environment}`,
      advice: 'Run it there, with --env.',
    }),
  ];
}
