/** Names under which runs keep what policies and reports ask for. A run may keep others beside them. */
export const measured = {
  /** Samples, ms: from the instant a client was due to its session. */
  connect: 'connect',
  /** Samples, ms: the target's own work on one newcomer, without waiting for anybody. */
  creation: 'creation',
  /** Samples, close codes: of connects that were not accepted. */
  refused: 'refused',
  /** Samples, close codes: of sessions that ended though their client had not left. */
  ended: 'ended',
  /** Samples, events: that a client neither received nor was told a gap for. */
  lost: 'lost',
  /** Series: sessions there should be, by the count of the clients. */
  sessions: 'sessions',
  /** Series: sessions the target counts. */
  sessionsCounted: 'sessions-counted',
  residentMemory: 'resident-memory',
  heapUsed: 'heap-used',
  openFiles: 'open-files',
  /** Series: 1 while the background clean-up runs, 0 otherwise. */
  sweepUp: 'sweep-up',
  /** Series that count from the start of the target. */
  sweepRuns: 'sweep-runs',
  sessionsReaped: 'sessions-reaped',
  /** Series that counts: reaps at admission which freed a slot. */
  reapsSuccessful: 'pressure-reaps-successful',
  /** Series that counts: reaps at admission which found a dead session and did not free it. */
  reapsFailed: 'pressure-reaps-failed',
  /** Series that counts: sessions whose creation the target has timed; {@link creationsWithin} says how many were fast. */
  creations: 'creations',
  /** Series: by how many sessions two counts of the target differ. */
  drift: 'drift',
  /** Series: another value for each process of the target. */
  targetProcess: 'target-process',
} as const;

/** The close code of a refusal for the limit. */
export const limitRefusal = 4429;

/** Times within which a target counts its creations, milliseconds: edges of its histogram. */
export const creationEdgesMs: readonly number[] = [1, 5, 10, 25, 50, 100, 500, 1_000];

/** The name of the series that counts the creations which took no longer than this. */
export function creationsWithin(edgeMs: number): string {
  return `creations-within-${edgeMs}ms`;
}
