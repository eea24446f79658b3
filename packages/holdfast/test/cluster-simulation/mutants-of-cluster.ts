import type { Mutant } from '../mutants.ts';

/** Mistakes in what makes many nodes one, each of which the simulator notices. */
export const clusterMutants: readonly Mutant[] = [
  {
    name: 'a slot is not given back when its session ends',
    file: 'cluster/slot-ledger.ts',
    from: "else this.release(userId, generation, cause === 'revoked');",
    to: '',
  },
  {
    name: 'every node counts as alive for ever',
    file: 'cluster/membership.ts',
    from: 'const { live, broadcasts } = this.#roster;',
    to: 'const { broadcasts } = this.#roster; const live = { upTo: 0, generations: [0] };',
  },
  {
    name: 'what was appended during a cut is not read after it',
    file: 'cluster/record-mirrors.ts',
    from: '(here.last < record.last || this.#doubted.has(user)))',
    to: 'this.#doubted.has(user) && false)',
  },
  {
    name: 'users in doubt are not asserted after an outage',
    file: 'cluster/repairs.ts',
    from: 'void this.#mend();',
    to: '',
  },
  {
    name: 'sessions are not told that their record goes on under another epoch',
    file: 'sessions/mirror.ts',
    from: 'for (const session of sessions) this.#tell(session, record);',
    to: '',
  },
  {
    name: 'excess of an outage is not put back by force',
    file: 'cluster/repairs.ts',
    from: 'const about = { user, rows, coming: coming(user), limit, isForced, epoch: drawEpoch(), terms };',
    to: 'const about = { user, rows, coming: coming(user), limit, isForced: false && isForced, epoch: drawEpoch(), terms };',
  },
  {
    name: 'rows that a failover has brought back are never looked for',
    file: 'cluster/cluster-rooms.ts',
    from: 'void rooms.ownRows.turn();',
    to: '',
  },
  {
    name: 'a session that was evicted for a newcomer on its own node lives on',
    file: 'cluster/seating.ts',
    from: 'if (replaced.lineage === lineage) return;',
    to: 'if (replaced.lineage !== -lineage) return;',
  },
  {
    name: 'a session that was superseded during a cut lives on',
    file: 'cluster/repairs.ts',
    from: "if (verdict === 'superseded')",
    to: "if (verdict === 'superseded' && user === '')",
  },
  {
    name: 'what waits for an absent user is passed over by what comes after it',
    file: 'stores/memory/log.ts',
    from: 'else if (record.delivered >= record.queuedTo) record.delivered = offset;',
    to: 'else record.delivered = offset;',
  },
  {
    name: 'the store is asked by everybody while it is away',
    file: 'cluster/store-guard.ts',
    from: 'if (this.#awaySince !== null) return',
    to: 'if (this.#awaySince === -1) return',
  },
  {
    name: 'the fault of a store that is back stands for ever',
    file: 'cluster/cluster-rooms.ts',
    from: "rooms.layer.cluster.faultIsOver('store');",
    to: '',
  },
];

/** Mistakes that show where several failures come together. */
export const rarelySeenClusterMutants: readonly Mutant[] = [
  {
    name: 'a mirror is not compared with what the store has after a failover',
    file: 'cluster/record-mirrors.ts',
    from: 'return layer().cluster.mirror.holds(user, { epoch, ...found }) !== false;',
    to: 'return layer().cluster.mirror.holds(user, { epoch, ...found }) !== null;',
  },
  {
    name: 'the later session of a client is the one with the higher handle',
    file: 'stores/memory/assert-rows.ts',
    from: 'if (kin.openedAtMs === openedAtMs) return kin.session > session;',
    to: 'if (kin.openedAtMs >= 0) return kin.session > session;',
  },
];
