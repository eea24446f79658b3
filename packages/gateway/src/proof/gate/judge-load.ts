import type { Evidence } from '../evidence/evidence.ts';
import { measured } from '../evidence/measured.ts';
import {
  backgroundOf,
  cleanupsOf,
  type Creation,
  creationOf,
  type Fates,
  fatesOf,
  peakOf,
} from '../evidence/tally.ts';
import type { Policy } from './policy.ts';
import { type FilelessRuling, rule } from './ruling.ts';

/** Below this many values the 99th percentile is the largest of them: one bad moment, or none. */
const FEWEST_CREATIONS = 100;

/** What a policy says about the clients of a load or soak, and about the target under them. */
export function judgeLoad(evidence: Evidence, policy: Policy): readonly FilelessRuling[] {
  return [
    judgePopulation(evidence, policy),
    ...judgeFates(evidence, policy),
    judgeCreation(evidence, policy),
    judgeBackground(evidence, policy),
    ...judgeCleanups(evidence, policy),
    judgeDrift(evidence, policy),
  ];
}

function judgePopulation(evidence: Evidence, policy: Policy): FilelessRuling {
  const { minUsers, minSessionsPerUser } = policy;
  const users = Number(evidence.settings['users'] ?? Number.NaN);
  const perUser = Number(evidence.settings['sessions'] ?? Number.NaN);
  const peak = peakOf(evidence, measured.sessions);
  const isKnown = Number.isFinite(users) && Number.isFinite(perUser) && peak !== null;
  const isReached = (peak ?? 0) >= users * perUser;
  return rule({
    rule: 'minUsers, minSessionsPerUser',
    holds: isKnown ? users >= minUsers && perUser >= minSessionsPerUser && isReached : null,
    expected: `${minUsers} or more users with ${minSessionsPerUser} or more sessions each at the same time`,
    got: isKnown
      ? `${users} users with ${perUser} sessions each, of which ${peak} were there at the same time`
      : 'a run that does not say how many there were',
    advice: `Run it with --users ${minUsers} --sessions ${minSessionsPerUser}, at a rate that fills them in the time.`,
  });
}

function judgeFates(evidence: Evidence, policy: Policy): readonly FilelessRuling[] {
  const fates = fatesOf(evidence);
  return fateRules.map(({ key, count, one, many, advice }) => {
    const most = policy[key];
    const seen = fates === null ? null : fates[count];
    return rule({
      rule: key,
      holds: seen === null ? null : seen <= most,
      expected: `at most ${most} ${most === 1 ? one : many}`,
      got: seen === null ? 'a run without clients' : `${seen} ${seen === 1 ? one : many}`,
      advice,
    });
  });
}

interface FateRule {
  readonly key: 'maxLimitFailures' | 'maxRefusals' | 'maxEndedSessions' | 'maxLostEvents';
  readonly count: keyof Fates;
  readonly one: string;
  readonly many: string;
  readonly advice: string;
}

const fateRules: readonly FateRule[] = [
  {
    key: 'maxLimitFailures',
    count: 'refusedForLimit',
    one: 'refusal for the limit of a user who had a slot to claim',
    many: 'refusals for the limit of users who had a slot to claim',
    advice: 'The log names the sessions that stood in the way of each newcomer who was refused.',
  },
  {
    key: 'maxRefusals',
    count: 'refusedOtherwise',
    one: 'connect refused for another reason',
    many: 'connects refused for another reason',
    advice: 'The close codes are in the samples `refused`: 1006 is no answer, 1013 overload.',
  },
  {
    key: 'maxEndedSessions',
    count: 'ended',
    one: 'session ended under a client who had not left',
    many: 'sessions ended under a client who had not left',
    advice: 'The close codes are in the samples `ended`: 4408 is a client taken for dead.',
  },
  {
    key: 'maxLostEvents',
    count: 'lost',
    one: 'event lost without a word',
    many: 'events lost without a word',
    advice: 'Each should have been delivered or told as a gap.',
  },
];

function judgeCreation(evidence: Evidence, { creationP99BelowMs }: Policy): FilelessRuling {
  const creation = creationOf(evidence);
  const isEnough = creation !== null && creation.count >= FEWEST_CREATIONS;
  return rule({
    rule: 'creationP99Below',
    holds: isEnough ? isBelow(creation, creationP99BelowMs) : null,
    expected: `a 99th percentile of creating a session below ${creationP99BelowMs} ms, of ${FEWEST_CREATIONS} or more`,
    got: creation === null ? 'no creation that was timed' : tellCreation(creation),
    advice: isEnough
      ? 'Look at the latency plot of the report: a long tail is a busy loop, a shift of all is the machine.'
      : 'Run it for longer, or at a higher --rate.',
  });
}

/** A time that is known to be at most this is below it but for the one value. */
function isBelow({ p99, isBound }: Creation, limitMs: number): boolean {
  return isBound ? p99 <= limitMs : p99 < limitMs;
}

function tellCreation({ source, count, p99, isBound }: Creation): string {
  const of = `of ${count} (\`${source}\`)`;
  if (p99 === Number.POSITIVE_INFINITY) return `more than a second ${of}`;
  return `${isBound ? 'at most ' : ''}${Math.round(p99 * 1_000) / 1_000} ms ${of}`;
}

function judgeBackground(evidence: Evidence, { minBackgroundPercent }: Policy): FilelessRuling {
  const share = backgroundOf(evidence);
  return rule({
    rule: 'minBackgroundPercent',
    holds: share === null ? null : share.part * 100 >= minBackgroundPercent * share.whole,
    expected: `the background clean-up to run in ${minBackgroundPercent} % of the looks at the target`,
    got: share === null ? 'nobody who looked' : `${share.part} of ${share.whole} looks`,
    advice:
      share === null
        ? 'The series `sweep-up` is read off /metrics: let the run reach it.'
        : 'Its failures stand in /healthz, and in the log as faults of the sweep.',
  });
}

/** Where nobody was dead, nothing had to be cleaned: then there is no ruling here. */
function judgeCleanups(evidence: Evidence, policy: Policy): readonly FilelessRuling[] {
  const { cleanupSuccessAbovePercent } = policy;
  const share = cleanupsOf(evidence);
  if (share === null || share.whole === 0) return [];
  return [
    rule({
      rule: 'cleanupSuccessAbovePercent',
      holds: share.part * 100 > cleanupSuccessAbovePercent * share.whole,
      expected: `more than ${cleanupSuccessAbovePercent} % of the clean-ups at the limit to free a slot`,
      got: `${share.part} of ${share.whole}`,
      advice: 'A clean-up that finds a dead session and does not free it is a fault in the log.',
    }),
  ];
}

function judgeDrift(evidence: Evidence, { maxDrift }: Policy): FilelessRuling {
  const drift = peakOf(evidence, measured.drift);
  return rule({
    rule: 'maxDrift',
    holds: drift === null ? null : drift <= maxDrift,
    expected: `counts of the target that differ by at most ${maxDrift}`,
    got: drift === null ? 'no count that was read' : `a difference of ${drift}`,
    advice:
      drift === null
        ? 'The series `drift` is read off /metrics: let the run reach it.'
        : 'Sessions and sockets have come apart: the log has a fault of the registry.',
  });
}
