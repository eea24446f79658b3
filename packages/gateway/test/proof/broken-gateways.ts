import type { Edit } from './broken-gateway.ts';

/** A gateway with one mistake in it, and what the proof has to make of it. */
export interface BrokenGateway {
  /** What the mistake does, in the words of a test's name, with the ids of what it breaks. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The scenarios that are meant to catch it, and what they have to call it. */
  readonly red: Readonly<Record<string, RegExp>>;
  /** Scenarios near to them that have to pass all the same. */
  readonly green: readonly string[];
}

const door = 'holdfast/dist/sessions/door.js';
const death = 'holdfast/dist/core/death.js';
const admission = 'holdfast/dist/sessions/admission.js';
const registry = 'holdfast/dist/sessions/registry.js';

/** The one change without which everything else was built on a leak. */
export const slotsKept: BrokenGateway = {
  name: 'I3 FM-01 keeps the slot of a client that has closed',
  edits: [{ file: door, from: 'registry.remove(session);', to: '' }],
  red: {
    'limits/reloads-never-reach-the-limit': /^Slots are not given back when a client closes/,
  },
  green: ['security/bad-tokens-are-refused'],
};

/** @param ms how long a client may be quiet */
export function quietCutOff(ms: number): BrokenGateway {
  return {
    name: `I2 FM-31 ends sessions that were quiet for ${ms / 1_000} s`,
    edits: [
      {
        file: death,
        from: "if (facts.transport === 'closed') return 'transport-closed';",
        to: `if (facts.transport === 'closed') return 'transport-closed';
             if (facts.state === 'live' && now - facts.heardAt > ${ms}) return 'no-pong';`,
      },
    ],
    red: {
      'limits/quiet-sessions-live': /^A live session was ended because it was quiet\.$/,
    },
    green: ['limits/a-killed-client-frees-its-slots'],
  };
}

/** A count that is written at one more place than it should be. */
export const countBeside: BrokenGateway = {
  name: 'I1 FM-15 keeps a count beside the map',
  edits: [
    {
      file: registry,
      from: 'const siblings = this.#users.get(userId); if (siblings === undefined) return 0;',
      to: 'return this.counts.get(userId) ?? 0; } counts = new Map(); counted(userId, by) { this.counts.set(userId, (this.counts.get(userId) ?? 0) + by); } unused(siblings) {',
    },
    {
      file: registry,
      from: 'const session = new Session(this.#kin, this.#takePlace(), seed);',
      to: 'this.counted(seed.userId, 1); const session = new Session(this.#kin, this.#takePlace(), seed);',
    },
    {
      file: registry,
      from: 'this.#table[old.index] = session;',
      to: 'this.#table[old.index] = session; this.counted(seed.userId, 1);',
    },
    {
      file: registry,
      from: 'this.#free.push(session.index);',
      to: 'this.#free.push(session.index); this.counted(session.userId, -1);',
    },
    {
      file: 'gateway/dist/server/api/user-routes.js',
      from: 'count: sessions.length,',
      to: 'count: layer.count(userId),',
    },
  ],
  red: {
    'race/two-sockets-with-one-ticket': /^The count drifts from the sessions listed\.$/,
    'race/connects-and-closes-in-a-storm': /^The count drifts from the sessions listed\.$/,
  },
  green: ['limits/a-killed-client-frees-its-slots'],
};

const heartbeat = 'holdfast/dist/sessions/heartbeat.js';
const resumption = 'holdfast/dist/sessions/resumption.js';
const socket = 'holdfast/dist/adapters/ws-socket.js';
const lockedOut = /^A user is locked out by sessions of its own that are dead/;
const waits = /^A user waits for sessions of its own that are dead/;
const evicted = /^A live session was ended to make room for a newcomer/;
const notFreed = /^Slots are not given back when a client leaves/;
const overLimit = /^A user holds more sessions than the limit/;
const lostSilently = /^Events were lost without a word/;
const twice = /^Events were delivered twice/;

/** Mistakes about who is dead and who has to wait. */
const aboutLife: readonly BrokenGateway[] = [
  {
    name: 'I3 FM-42 is as patient when a slot is needed as when it is not',
    edits: [{ file: heartbeat, from: 'pingMs: probeTimeoutMs', to: 'pingMs: pingTimeoutMs' }],
    red: {
      'limits/frozen-sessions-yield': lockedOut,
      'limits/half-open-sessions-yield': lockedOut,
      'limits/as-many-as-the-limit-return-at-once': lockedOut,
      'limits/many-users-return-over-ghosts': lockedOut,
    },
    green: ['limits/an-end-of-any-kind-frees-the-slot'],
  },
  {
    name: 'I3 FM-53 does not look sooner at users who are at their limit',
    edits: [
      {
        file: heartbeat,
        from: '? settings.pressurePingIntervalMs',
        to: '? settings.pingIntervalMs',
      },
    ],
    red: { 'limits/late-sessions-yield-at-once': waits },
    green: ['limits/half-open-sessions-yield'],
  },
  {
    name: 'I3 FM-59 lets one newcomer of a user wait at a time',
    edits: [
      {
        file: admission,
        from: 'if (waiting.count(userId) < this.#limitOf(request))',
        to: 'if (waiting.count(userId) < 1)',
      },
    ],
    red: { 'limits/as-many-as-the-limit-return-at-once': lockedOut },
    green: ['limits/half-open-sessions-yield'],
  },
  {
    name: 'I2 FM-45 ends the oldest session for a newcomer',
    edits: [
      {
        file: 'holdfast/dist/sessions/eviction.js',
        from: "if (settings.onLimit !== 'evict-oldest') return false;",
        to: '',
      },
    ],
    red: {
      'limits/refused-attempts-harm-nobody': evicted,
      'limits/far-away-sessions-live': /./,
    },
    green: ['limits/half-open-sessions-yield'],
  },
  {
    name: 'I2 FM-33 takes no account of what lies in front of a ping',
    edits: [
      {
        file: death,
        from: 'return Math.ceil((bytes * 1000) / slowestLinkBytesPerSecond);',
        to: 'return 0;',
      },
    ],
    red: { 'limits/slow-readers-live': /^A live session was ended because its link is slow/ },
    green: ['limits/half-open-sessions-yield'],
  },
  {
    name: 'I2 I9 gives an answer 200 ms',
    edits: [
      {
        file: heartbeat,
        from: 'this.#probePatience = { pingMs: probeTimeoutMs,',
        to: 'this.#probePatience = { pingMs: 200,',
      },
    ],
    red: { 'limits/far-away-sessions-live': /^A live session was ended because its answers take/ },
    green: ['limits/a-killed-client-frees-its-slots'],
  },
  {
    name: 'I11 FM-38 lets time pass while the process is stopped',
    edits: [
      {
        file: 'holdfast/dist/core/fair-clock.js',
        from: 'if (step > this.#longestStepMs)',
        to: 'if (step > Number.MAX_VALUE)',
      },
      {
        file: 'holdfast/dist/sessions/pulse.js',
        from: 'this.#clock.afterPoll(() => { this.#polledAt = Math.max(this.#polledAt, now); this.#turn(); });',
        to: 'this.#polledAt = now; this.#turn();',
      },
    ],
    red: { 'limits/a-paused-target-ends-nobody': /because the target itself was paused/ },
    green: ['limits/half-open-sessions-yield'],
  },
  {
    name: 'I3 FM-01 FM-05 C5 does not hear that a connection is over',
    edits: [
      { file: socket, from: 'this[port].owner.ending(sign, code);', to: 'void [sign, code];' },
      { file: socket, from: "this[port].owner.ending('fin');", to: '' },
      { file: socket, from: "else if (event === 'close') owner.gone();", to: '' },
    ],
    red: {
      'limits/a-killed-client-frees-its-slots': notFreed,
      'limits/an-end-of-any-kind-frees-the-slot': notFreed,
      'race/clients-that-leave-during-the-upgrade': notFreed,
    },
    green: ['security/bad-tokens-are-refused'],
  },
];

/** Mistakes about counting and about what happens at once. */
const aboutRaces: readonly BrokenGateway[] = [
  {
    name: 'I1 FM-20 lets one more in than there is room for',
    edits: [
      {
        file: 'holdfast/dist/core/admission.js',
        from: 'return occupied < limit;',
        to: 'return occupied <= limit;',
      },
    ],
    red: {
      'race/connects-at-the-same-moment': overLimit,
      'limits/refused-attempts-harm-nobody': overLimit,
    },
    green: ['limits/a-killed-client-frees-its-slots'],
  },
  {
    name: 'A6 FM-45 reaps whoever is there',
    edits: [
      {
        file: 'holdfast/dist/sessions/session-layer.js',
        from: 'const reaped = findDead(sessions, heartbeat.patience, pulse.polledAt)',
        to: "void [findDead, heartbeat, pulse]; const reaped = sessions.map((session) => ({ session, cause: 'no-pong' }))",
      },
    ],
    red: { 'race/a-close-meets-a-reap': /^Clean-up ends sessions that are alive/ },
    green: ['race/connects-at-the-same-moment'],
  },
  {
    name: 'I7 lets the late close of an old connection end its successor',
    edits: [
      {
        file: door,
        from: 'this.leave(old, cause); return session;',
        to: 'const late = old.socket; this.leave(old, cause); if (late !== null) late.owner = session; return session;',
      },
    ],
    red: { 'resume/a-half-open-session-is-superseded': /^The late close of an old connection/ },
    green: ['resume/a-position-needs-no-ticket'],
  },
];

/** Mistakes about what a client gets when it comes back. */
const aboutResuming: readonly BrokenGateway[] = [
  {
    name: 'I3 I7 does not know a client that comes back',
    edits: [
      {
        file: resumption,
        from: 'if (old.generation !== predecessor && old.predecessor !== predecessor)',
        to: 'if (old.generation !== 0)',
      },
    ],
    red: {
      'resume/a-half-open-session-is-superseded': /^A client that returns waits for its own/,
      'race/two-sockets-with-one-ticket': /./,
    },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'I4 FM-75 FM-78 forgets what was published while a client was away',
    edits: [
      {
        file: resumption,
        from: 'session.cursor = verdict === null ? brought.offset : reaches;',
        to: 'session.cursor = log?.last ?? reaches;',
      },
    ],
    red: {
      'resume/cut-in-the-middle-of-a-stream': lostSilently,
      'resume/a-position-needs-no-ticket': lostSilently,
    },
    green: ['limits/a-killed-client-frees-its-slots'],
  },
  {
    name: 'I4 FM-78 replays from one event too early',
    edits: [
      {
        file: resumption,
        from: 'session.cursor = verdict === null ? brought.offset : reaches;',
        to: 'session.cursor = verdict === null ? Math.max(0, brought.offset - 1) : reaches;',
      },
    ],
    red: { 'resume/cut-in-the-middle-of-a-stream': twice },
    green: ['resume/queued-for-an-absent-user'],
  },
  {
    name: 'I4 D5 does not say that the history has overflowed',
    edits: [
      {
        file: resumption,
        from: "return { outcome: 'gap', reason, from: offset + 1, to: reaches };",
        to: 'return null;',
      },
      {
        file: resumption,
        from: 'session.cursor = verdict === null ? brought.offset : reaches;',
        to: 'session.cursor = Math.max(brought.offset, reaches);',
      },
    ],
    red: { 'resume/an-overflow-is-told': lostSilently },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'I4 D5 does not say that the record is another one',
    edits: [
      {
        file: resumption,
        from: 'if (epoch !== history.epoch || offset > history.startOf(userId))',
        to: 'if (epoch === undefined)',
      },
    ],
    red: { 'resume/a-restart-is-told': lostSilently },
    green: ['resume/an-overflow-is-told'],
  },
  {
    name: 'I4 FM-76 begins a new session after all that was published',
    edits: [
      {
        file: resumption,
        from: 'session.cursor = history.startOf(userId);',
        to: 'session.cursor = history.lastOf(userId);',
      },
    ],
    red: { 'resume/queued-for-an-absent-user': lostSilently },
    green: ['resume/a-position-needs-no-ticket'],
  },
];

/** Mistakes about who may have what. */
const aboutSecurity: readonly BrokenGateway[] = [
  {
    name: 'G15 takes any signature',
    edits: [
      {
        file: 'gateway/dist/server/auth/hmac-verifier.js',
        from: 'if (!hasHmacSignature(parsed.token, this.#key))',
        to: 'if (hasHmacSignature === undefined)',
      },
    ],
    red: { 'security/bad-tokens-are-refused': /^A client without a good token was let in/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'B10 takes tokens that have expired',
    edits: [
      {
        file: 'gateway/dist/server/auth/judge.js',
        from: 'if (expiresAtMs !== undefined && expiresAtMs <= now)',
        to: 'if (expiresAtMs === 0)',
      },
    ],
    red: { 'security/bad-tokens-are-refused': /^A client without a good token was let in/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'I8 takes the ticket of another user',
    edits: [
      {
        file: 'holdfast/dist/sessions/tickets.js',
        from: 'if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return null;',
        to: 'void [timingSafeEqual, expected];',
      },
      {
        file: resumption,
        from: 'const old = registry.of(userId).find((session) => session.lineage === lineage) ?? null;',
        to: 'const old = Array.from({ length: registry.reach }, (_, at) => registry.at(at)).find((session) => session?.lineage === lineage) ?? null;',
      },
    ],
    red: {
      'security/a-foreign-ticket-changes-nothing': /^The ticket of a user was taken from somebody/,
    },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'I8 FM-04 FM-21 takes user ids that look alike for one',
    edits: [
      {
        file: 'gateway/dist/server/auth/claims.js',
        from: "userId: claims['sub'],",
        to: "userId: claims['sub'].normalize('NFC'),",
      },
    ],
    red: {
      'security/odd-user-ids-count-apart': /^Users whose ids look alike are counted together/,
    },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'I8 lets revoked tokens in',
    edits: [
      {
        file: 'gateway/dist/server/auth/judge.js',
        from: 'if (judge.revocations.isRevoked(identity))',
        to: 'if (judge === undefined)',
      },
    ],
    red: { 'security/a-revoked-user-is-out': /^A revoked token still opens sessions/ },
    green: ['security/bad-tokens-are-refused'],
  },
  {
    name: 'D4 believes every acknowledgement',
    edits: [
      {
        file: 'holdfast/dist/sessions/inbox.js',
        from: 'if (offset > session.cursor)',
        to: 'if (offset === undefined)',
      },
    ],
    red: { 'security/hostile-frames-end-only-their-sender': /not refused as the protocol says/ },
    green: ['security/a-foreign-ticket-changes-nothing'],
  },
  {
    name: 'G8 I12 has places for fifteen connections',
    edits: [
      {
        file: 'gateway/dist/server/connections/connection-book.js',
        from: '>= this.#options.most;',
        to: '>= 15;',
      },
    ],
    red: { 'security/attackers-at-the-door': /^Attackers at the door keep honest clients out/ },
    green: ['resume/a-position-needs-no-ticket'],
  },
  {
    name: 'G11 FM-28 logs whom it has turned away with what they brought',
    edits: [
      {
        file: 'gateway/dist/server/connections/upgrade-decision.js',
        from: 'this.#refuse(`token ${judged.reason}`,',
        to: 'this.#refuse(`token ${judged.reason} ${request.url}`,',
      },
    ],
    red: { 'security/tokens-stay-secret': /^Secrets of clients stand in the log/ },
    green: ['security/bad-tokens-are-refused'],
  },
];

/** One for each failure mode that a scenario stands for, beside the three above. */
export const brokenGateways: readonly BrokenGateway[] = [
  ...aboutLife,
  ...aboutRaces,
  ...aboutResuming,
  ...aboutSecurity,
];
