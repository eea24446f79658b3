import type { BrokenGateway } from './broken-gateway.ts';
import { aboutClusters } from './broken-clusters.ts';
import { aboutLife } from './broken-liveness.ts';
import { aboutRaces, aboutResuming } from './broken-resuming.ts';
import { aboutSecurity } from './broken-security.ts';

const door = 'holdfast/dist/sessions/door.js';
const death = 'holdfast/dist/core/death.js';
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
      from: 'const session = new Session(this.#kin, this.#takePlace(seed), seed);',
      to: 'this.counted(seed.userId, 1); const session = new Session(this.#kin, this.#takePlace(seed), seed);',
    },
    {
      file: registry,
      from: 'this.#table[old.index] = session;',
      to: 'this.#table[old.index] = session; this.counted(seed.userId, 1);',
    },
    {
      file: registry,
      from: 'this.#freePlaces += 1;',
      to: 'this.#freePlaces += 1; this.counted(session.userId, -1);',
    },
    {
      file: 'holdfast/dist/sessions/session-list.js',
      from: 'return { count, sessions:',
      to: 'return { count: user === undefined ? count : layer.count(user), sessions:',
    },
  ],
  red: {
    'race/two-sockets-with-one-ticket': /^The count drifts from the sessions listed\.$/,
    'race/connects-and-closes-in-a-storm': /^The count drifts from the sessions listed\.$/,
  },
  green: ['limits/a-killed-client-frees-its-slots'],
};

/** One for each failure mode that a scenario stands for, beside the three above. */
export const brokenGateways: readonly BrokenGateway[] = [
  ...aboutLife,
  ...aboutRaces,
  ...aboutResuming,
  ...aboutSecurity,
  ...aboutClusters,
];
