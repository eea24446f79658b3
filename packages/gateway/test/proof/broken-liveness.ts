import type { BrokenGateway } from './broken-gateway.ts';

const death = 'holdfast/dist/core/death.js';
const admission = 'holdfast/dist/sessions/admission.js';
const heartbeat = 'holdfast/dist/sessions/heartbeat.js';
const socket = 'holdfast/dist/adapters/ws-socket.js';
const lockedOut = /^A user is locked out by sessions of its own that are dead/;
const waits = /^A user waits for sessions of its own that are dead/;
const evicted = /^A live session was ended to make room for a newcomer/;
const notFreed = /^Slots are not given back when a client leaves/;

/** Mistakes about who is dead and who has to wait. */
export const aboutLife: readonly BrokenGateway[] = [
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
