import type { Mutant } from '../mutants.ts';

/** Mistakes about clients that come back. */
export const resumingMutants: readonly Mutant[] = [
  {
    name: 'whoever is superseded stays',
    file: 'sessions/door.ts',
    from: 'this.leave(old, cause);',
    to: '',
  },
  {
    name: 'whoever comes back takes a slot more',
    file: 'sessions/registry.ts',
    from: '.filter((other) => other !== old)',
    to: '',
  },
  {
    name: 'a replay begins one event too late',
    file: 'sessions/resumption.ts',
    from: 'session.cursor = verdict === null ? brought.offset : reaches;',
    to: 'session.cursor = verdict === null ? brought.offset + 1 : reaches;',
  },
  {
    name: 'a position of another record is taken for one of this',
    file: 'sessions/resumption.ts',
    from: 'if (epoch !== history.epochOf(userId) || isBeyond)',
    to: 'if (isBeyond)',
  },
  {
    name: 'what is for one session does not reach the one that resumed from it',
    file: 'sessions/delivery.ts',
    from: 'notes.onlyFor === session.lineage;',
    to: 'notes.onlyFor === session.generation;',
  },
  {
    name: 'what is for one session reaches its siblings',
    file: 'sessions/delivery.ts',
    from: 'notes.onlyFor === null || notes.onlyFor === session.lineage;',
    to: 'notes.onlyFor !== -1;',
  },
  {
    name: 'whoever was told of a gap has the next one begin before it',
    file: 'sessions/history.ts',
    from: 'log.delivered = Math.max(log.delivered, Math.min(cursor, log.last));',
    to: 'log.delivered = Math.min(log.delivered, cursor);',
  },
  {
    name: 'a log lets go what a client can still come back for',
    file: 'sessions/log-use.ts',
    from: 'return resumeWindowMs + pingIntervalMs + pingTimeoutMs + backlogMs;',
    to: 'return (resumeWindowMs + pingIntervalMs + pingTimeoutMs + backlogMs) / 4;',
  },
  {
    name: 'a log that begins anew begins at nothing',
    file: 'sessions/log-ends.ts',
    from: 'this.#reached[group] = Math.max(this.#reached[group] ?? 0, reached);',
    to: '',
  },
];

/** Mistakes that show only in many worlds. */
export const rarelySeenMutants: readonly Mutant[] = [
  {
    name: 'a log lets go what a session that is here has not confirmed',
    file: 'sessions/history.ts',
    from: 'had = Math.min(had, acked);',
    to: 'had = Math.max(had, acked);',
  },
];
