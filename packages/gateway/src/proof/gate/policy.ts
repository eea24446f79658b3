import { measured } from '../evidence/measured.ts';

/** What evidence has to show before a deployment goes ahead. */
export interface Policy {
  /** From the end of a run to the gate, milliseconds. */
  readonly maxAgeMs: number;
  /** Names of environments a run may have been made in; empty: any. */
  readonly environments: readonly string[];
  /** Patterns (`*` is any text) of scenarios, by name or by a line of the seed document they cover, that must have passed. */
  readonly requiredScenarios: readonly string[];
  /** Refusals for the limit among the clients of a load or soak, none of which had more sessions than it may. */
  readonly maxLimitFailures: number;
  /** Connects not accepted for any other reason. */
  readonly maxRefusals: number;
  /** Sessions that ended though their client had not left. */
  readonly maxEndedSessions: number;
  /** Deliveries that were neither made nor told as a gap. */
  readonly maxLostEvents: number;
  /** The share of looks that found the background clean-up running, percent. */
  readonly minBackgroundPercent: number;
  /** The share of reaps at admission that freed a slot must be above this, percent. */
  readonly cleanupSuccessAbovePercent: number;
  /** The 99th percentile of creation must be below this, milliseconds. */
  readonly creationP99BelowMs: number;
  /** Users of a load, all at once. */
  readonly minUsers: number;
  /** Sessions of each of them, all at once. */
  readonly minSessionsPerUser: number;
  /** By how many sessions two counts of the target may ever have differed. */
  readonly maxDrift: number;
  /** How long a soak has to watch one process of the target, milliseconds. */
  readonly soakDurationMs: number;
  /** Series of a soak that must be steady. */
  readonly steady: readonly string[];
  /** By how much each of them may grow in 24 hours, percent of its level. */
  readonly maxGrowthPercent: number;
  /** The beginning of a soak that is left out when growth is judged, percent of its time. */
  readonly warmUpPercent: number;
}

/** The numbers of the seed document, and what they need beside them to be told. */
export const seedPolicy: Policy = {
  maxAgeMs: 24 * 3_600_000,
  environments: [],
  requiredScenarios: [
    'staging: Resource Limit Test',
    'staging: Background Task Test',
    'staging: Multi-User Load Test',
    'staging: Environment Detection Test',
    'test_rapid_connection_creation_triggers_emergency_cleanup',
  ],
  maxLimitFailures: 0,
  maxRefusals: 0,
  maxEndedSessions: 0,
  maxLostEvents: 0,
  minBackgroundPercent: 100,
  cleanupSuccessAbovePercent: 95,
  creationP99BelowMs: 100,
  minUsers: 50,
  minSessionsPerUser: 5,
  maxDrift: 0,
  soakDurationMs: 24 * 3_600_000,
  steady: [measured.residentMemory, measured.openFiles, measured.sessionsCounted],
  maxGrowthPercent: 10,
  warmUpPercent: 10,
};

/** How the value of a key is written: `24h`; `0`; `95`; a list of texts. */
type PolicyKind = 'duration' | 'count' | 'percent' | 'names';

/** One key of a policy file. */
export interface PolicyRow {
  readonly key: string;
  readonly field: keyof Policy;
  readonly kind: PolicyKind;
  readonly meaning: string;
}

/** Every key of a policy file, in the order in which documents list them. */
export const policyRows: readonly PolicyRow[] = [
  {
    key: 'maxAge',
    field: 'maxAgeMs',
    kind: 'duration',
    meaning: 'longest time from the end of a run to the gate',
  },
  {
    key: 'environments',
    field: 'environments',
    kind: 'names',
    meaning: 'environments a run may have been made in; none: any',
  },
  {
    key: 'requiredScenarios',
    field: 'requiredScenarios',
    kind: 'names',
    meaning:
      'patterns (`*` is any text) of scenarios that must have been played and passed, by name or by what they cover',
  },
  {
    key: 'maxLimitFailures',
    field: 'maxLimitFailures',
    kind: 'count',
    meaning: 'refusals for the limit, of clients who had a slot to claim',
  },
  {
    key: 'maxRefusals',
    field: 'maxRefusals',
    kind: 'count',
    meaning: 'connects that were not accepted for any other reason',
  },
  {
    key: 'maxEndedSessions',
    field: 'maxEndedSessions',
    kind: 'count',
    meaning: 'sessions that ended though their client had not left',
  },
  {
    key: 'maxLostEvents',
    field: 'maxLostEvents',
    kind: 'count',
    meaning: 'deliveries of events that were neither made nor told as a gap',
  },
  {
    key: 'minBackgroundPercent',
    field: 'minBackgroundPercent',
    kind: 'percent',
    meaning: 'share of the looks at the target that found the background clean-up running',
  },
  {
    key: 'cleanupSuccessAbovePercent',
    field: 'cleanupSuccessAbovePercent',
    kind: 'percent',
    meaning: 'the share of reaps at admission that freed a slot is above this',
  },
  {
    key: 'creationP99Below',
    field: 'creationP99BelowMs',
    kind: 'duration',
    meaning: 'the 99th percentile of creating a session is below this',
  },
  {
    key: 'minUsers',
    field: 'minUsers',
    kind: 'count',
    meaning: 'users of a load, at the same time',
  },
  {
    key: 'minSessionsPerUser',
    field: 'minSessionsPerUser',
    kind: 'count',
    meaning: 'sessions of each of them, at the same time',
  },
  {
    key: 'maxDrift',
    field: 'maxDrift',
    kind: 'count',
    meaning: 'sessions by which two counts of the target may ever have differed',
  },
  {
    key: 'soakDuration',
    field: 'soakDurationMs',
    kind: 'duration',
    meaning: 'how long a soak has watched one process of the target',
  },
  { key: 'steady', field: 'steady', kind: 'names', meaning: 'series of a soak that must not grow' },
  {
    key: 'maxGrowthPercent',
    field: 'maxGrowthPercent',
    kind: 'percent',
    meaning: 'what counts as growth of them: more than this share of their level in 24 hours',
  },
  {
    key: 'warmUpPercent',
    field: 'warmUpPercent',
    kind: 'percent',
    meaning: 'share of the time of a soak, from its start, that is left out when growth is judged',
  },
];
