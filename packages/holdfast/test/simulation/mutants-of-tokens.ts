import type { Mutant } from '../mutants.ts';

/** Mistakes about tokens that end, are replaced or revoked, and about tickets that come without a position. */
export const tokenMutants: readonly Mutant[] = [
  {
    name: 'the ticket of a session that was revoked is as good as any',
    file: 'sessions/door.ts',
    from: "if (cause === 'revoked') revokedLineages.add(session, pulse.latest);",
    to: '',
  },
  {
    name: 'what was revoked is forgotten while the user is there',
    file: 'sessions/revoked-lineages.ts',
    from: 'now - at >= resumeWindowMs && !isHere(userId)',
    to: 'now >= at',
  },
  {
    name: 'one revoked token turns away all who wait',
    file: 'sessions/waiting-room.ts',
    from: 'isMeant(seed.extra),',
    to: 'seed !== null,',
  },
  {
    name: 'a client that brings its ticket alone is as if it were new',
    file: 'sessions/resumption.ts',
    from: 'brought: brought ?? this.#lastOf(old)',
    to: 'brought',
  },
  {
    name: 'a client that brings its ticket alone reads on after what was written, and not after what it has',
    file: 'sessions/resumption.ts',
    from: 'offset: session.acked }',
    to: 'offset: session.cursor }',
  },
  {
    name: 'a client that brings its ticket alone begins where its last session began',
    file: 'sessions/heartbeat.ts',
    from: 'session.acked = Math.max(session.acked, session.cursorBeforePing);',
    to: '',
  },
];

/** Those that need a world in which just that happens. */
export const rarelySeenTokenMutants: readonly Mutant[] = [
  {
    name: 'whoever waits with a token that is revoked waits on',
    file: 'sessions/waiting-room.ts',
    from: "for (const waiter of meant) this.reject(waiter, 'unauthorized');",
    to: '',
  },
  {
    name: 'a session keeps the token it had when it brings a newer one',
    file: 'sessions/token-refresh.ts',
    from: "if ('extra' in judged) session.extra = judged.extra;",
    to: '',
  },
  {
    name: 'a token that is no good is taken for a good one',
    file: 'sessions/token-refresh.ts',
    from: "if (outcome === null) return 'refused';",
    to: 'if (outcome === null) return {};',
  },
  {
    name: 'several tokens of a session are judged at once',
    file: 'sessions/token-refresh.ts',
    from: 'this.#underWay.has(session)',
    to: 'false',
  },
  {
    name: 'what is said of a token after the deadline counts',
    file: 'sessions/hooks.ts',
    from: 'if (isFirst()) settled.done(settledTo);',
    to: 'isFirst(); settled.done(settledTo);',
  },
];
