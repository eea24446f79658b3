import type { BrokenGateway } from './broken-gateway.ts';

const lua = 'holdfast/dist/stores/redis/lua';
const mirrors = 'holdfast/dist/cluster/record-mirrors.js';
const repairs = 'holdfast/dist/cluster/repairs.js';
const events = 'cluster/events-reach-every-node-in-order';
const killed = 'cluster/resumes-on-another-node-from-a-killed-one';
const halfOpen = 'cluster/resumes-on-another-node-from-a-half-open-session';

/** Mistakes about several nodes. */
export const aboutClusters: readonly BrokenGateway[] = [
  {
    name: 'I1 FM-20 lets one more in over all nodes than there is room for',
    edits: [
      {
        file: `${lua}/admit.lua`,
        from: 'if #rows < limit then return nil',
        to: 'if #rows <= limit then return nil',
      },
    ],
    red: { 'cluster/limit-is-exact-over-nodes': /^The limit is not exact over several nodes\.$/ },
    green: [events],
  },
  {
    name: 'I3 D8 counts the sessions of a node that is gone',
    edits: [
      {
        file: `${lua}/counted.lua`,
        from: 'isCounted = isAlive',
        to: 'isCounted = true',
      },
      {
        file: 'holdfast/dist/cluster/lapsed-rows.js',
        from: 'async turn() {',
        to: 'async turn() { return;',
      },
    ],
    red: {
      'cluster/a-killed-node-locks-nobody-out':
        /^A user is locked out by sessions of a node that is gone\.$/,
    },
    green: [events],
  },
  {
    name: 'I4 tells nobody elsewhere of what is published',
    edits: [
      {
        file: mirrors,
        from: 'appended({ user, atMs, ...next }) {',
        to: 'appended({ user, atMs, ...next }) { return;',
      },
      {
        file: mirrors,
        from: 'async compare(user, record, known) {',
        to: 'async compare(user, record, known) { return;',
      },
    ],
    red: { [events]: /^Events do not reach every node\.$/ },
    green: ['cluster/limit-is-exact-over-nodes'],
  },
  {
    name: 'I3 I7 takes every ticket of another node for spent',
    edits: [
      {
        file: `${lua}/admit.lua`,
        from: 'if kin and kin.session ~= ARGV[10] and kin.predecessor ~= ARGV[10] then',
        to: 'if kin then',
      },
    ],
    red: { [killed]: /^A user with free slots was refused\.$/ },
    green: [events],
  },
  {
    name: 'I7 leaves a session of a node that was frozen beside its successor',
    edits: [
      {
        file: 'holdfast/dist/cluster/cluster-rooms.js',
        from: 'layer.cluster.closeFor(message.user, message.session, { cause: message.cause });',
        to: '',
      },
      { file: repairs, from: "if (verdict === 'superseded')", to: 'if (false)' },
    ],
    red: {
      'cluster/resumes-on-another-node-from-a-frozen-one':
        /^A session goes on beside its successor on another node\.$/,
    },
    green: [events],
  },
  {
    name: 'I1 I3 gives the slot of a client away that was told to come back',
    edits: [
      {
        file: `${lua}/reserve.lua`,
        from: "row.untilMs = string.format('%.0f', now + ARGV[8])",
        to: "row.untilMs = '0'",
      },
    ],
    red: {
      'cluster/a-rolling-deploy-is-not-felt': /^A slot was given away in a rolling deploy\.$/,
    },
    green: [halfOpen],
  },
  {
    name: 'I6 never finds out that the store has forgotten',
    edits: [
      { file: repairs, from: 'void this.#mend();', to: '' },
      {
        file: mirrors,
        from: 'async #agree(user, record, known) {',
        to: 'async #agree(user, record, known) { return;',
      },
    ],
    red: {
      'cluster/a-wiped-store-is-told': /^A client is not told that its record is gone\.$/,
      'cluster/a-frozen-store-keeps-nobody-out':
        /^Nodes do not recover from the loss of their store\.$/,
    },
    green: [halfOpen],
  },
  {
    name: 'E8 lets newcomers in without the store, whatever it was told',
    edits: [
      {
        file: 'holdfast/dist/cluster/desk.js',
        from: "if (onStoreFailure === 'refuse')",
        to: 'if (false)',
      },
    ],
    red: {
      'cluster/a-killed-store-sends-newcomers-away':
        /^Newcomers are not decided about as `--on-store-failure` says\.$/,
    },
    green: [killed],
  },
];
