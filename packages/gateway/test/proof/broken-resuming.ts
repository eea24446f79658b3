import type { BrokenGateway } from './broken-gateway.ts';

const door = 'holdfast/dist/sessions/door.js';
const resumption = 'holdfast/dist/sessions/resumption.js';
const overLimit = /^A user holds more sessions than the limit/;
const lostSilently = /^Events were lost without a word/;
const twice = /^Events were delivered twice/;

/** Mistakes about counting and about what happens at once. */
export const aboutRaces: readonly BrokenGateway[] = [
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
        file: 'holdfast/dist/sessions/orders.js',
        from: 'const cause = causeOfDeath(session, heartbeat.patience, pulse.polledAt);',
        to: "void [causeOfDeath, heartbeat, pulse]; const cause = 'no-pong';",
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
export const aboutResuming: readonly BrokenGateway[] = [
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
        from: 'if (epoch !== history.epochOf(userId) || isBeyond)',
        to: 'void isBeyond; if (epoch === undefined)',
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
        from: 'if (grant === null) return history.startOf(userId);',
        to: 'if (grant === null) return history.lastOf(userId);',
      },
    ],
    red: { 'resume/queued-for-an-absent-user': lostSilently },
    green: ['resume/a-position-needs-no-ticket'],
  },
];
