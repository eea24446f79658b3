import type { Mutant } from '../../mutants.ts';

const folder = 'stores/memory';

/** Mistakes of one line in the memory store. Each must be found by the contract of the stores. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'I1 one too many is let in',
    file: `${folder}/admit.ts`,
    from: 'record.rows.size < limit',
    to: 'record.rows.size <= limit',
  },
  {
    name: 'I1 a reservation counts for nothing',
    file: `${folder}/rows.ts`,
    from: 'return row.node === 0 ? row.reservedUntilMs > nowMs : isAlive(live, row.node);',
    to: 'return isAlive(live, row.node);',
  },
  {
    name: 'I1 what there is no room for is restored',
    file: `${folder}/assert-rows.ts`,
    from: 'record.rows.size >= limit',
    to: 'record.rows.size > limit',
  },
  {
    name: 'I1 an own limit is ignored',
    file: `${folder}/admit.ts`,
    from: 'turn.data.limits.get(act.user) ?? act.limit',
    to: 'act.limit ?? turn.data.limits.get(act.user)',
  },
  {
    name: 'I3 rows of the dead hold their slots',
    file: `${folder}/rows.ts`,
    from: 'return node > upTo || generations.includes(node);',
    to: 'return upTo >= 0 || generations.includes(node);',
  },
  {
    name: 'a generation nobody has heard of counts as gone',
    file: `${folder}/rows.ts`,
    from: 'node > upTo ||',
    to: '',
  },
  {
    name: 'I3 who waits is not told',
    file: `${folder}/give-back.ts`,
    from: "turn.tell(node, { type: 'freed', user });",
    to: 'void node;',
  },
  {
    name: 'who waits is told again and again',
    file: `${folder}/give-back.ts`,
    from: 'waiters.clear();',
    to: '',
  },
  {
    name: 'I7 a node releases what another one holds',
    file: `${folder}/give-back.ts`,
    from: 'row.node !== node',
    to: 'node === 0',
  },
  {
    name: 'the ticket of the predecessor is not good',
    file: `${folder}/admit.ts`,
    from: '|| ancestor.predecessor === ticket.predecessor',
    to: '',
  },
  {
    name: 'any ticket of a lineage is good',
    file: `${folder}/admit.ts`,
    from: 'return isGood ?',
    to: 'return isGood || ticket !== null ?',
  },
  {
    name: 'a revoked lineage goes on',
    file: `${folder}/admit.ts`,
    from: 'if (record.revoked.has(ticket.lineage)) return spent;',
    to: '',
  },
  {
    name: 'a node is not told that its session is gone',
    file: `${folder}/admit.ts`,
    from: 'node !== 0 && node !== act.node',
    to: 'node !== 0 && node === act.node',
  },
  {
    name: 'the youngest is evicted',
    file: `${folder}/rows.ts`,
    from: 'one.openedAtMs - other.openedAtMs ||',
    to: 'other.openedAtMs - one.openedAtMs ||',
  },
  {
    name: 'one is evicted after the other',
    file: `${folder}/admit.ts`,
    from: 'record.evictedAtMs = turn.nowMs',
    to: 'record.evictedAtMs = null',
  },
  {
    name: 'I4 broadcasts are missed without a word',
    file: `${folder}/broadcasts.ts`,
    from: 'number - record.broadcast - ahead',
    to: '0',
  },
  {
    name: 'a broadcast that was overtaken is lost',
    file: `${folder}/broadcasts.ts`,
    from: 'return number <= broadcast || broadcastsAhead.has(number);',
    to: 'return number <= Math.max(broadcast, ...broadcastsAhead);',
  },
  {
    name: 'the name of an event that has left the log is not free',
    file: `${folder}/log.ts`,
    from: 'if (entry.eventId !== null) record.eventIds.delete(entry.eventId);',
    to: '',
  },
  {
    name: 'bodies are counted in characters',
    file: `${folder}/log.ts`,
    from: 'Buffer.byteLength(body)',
    to: 'body.length',
  },
  {
    name: 'an event counts as delivered to nobody',
    file: `${folder}/log.ts`,
    from: 'if (holders.length === 0) record.queuedTo = offset; else if',
    to: 'if',
  },
  {
    name: 'I4 what waits is passed over by what comes later',
    file: `${folder}/log.ts`,
    from: 'else if (record.delivered >= record.queuedTo) record.delivered = offset;',
    to: 'else record.delivered = offset;',
  },
  {
    name: 'I5 the record of a user who is away stays',
    file: `${folder}/user-record.ts`,
    from: 'record.forgetAtMs = from + record.keepMs;',
    to: 'record.forgetAtMs = Infinity;',
  },
  {
    name: 'the record of a user who is here goes',
    file: `${folder}/user-record.ts`,
    from: 'node === 0 ? reservedUntilMs : Number.POSITIVE_INFINITY',
    to: 'reservedUntilMs',
  },
  {
    name: 'I7 a lease that is over comes back',
    file: `${folder}/roster.ts`,
    from: ' && isRunning(lease, turn);',
    to: ';',
  },
  {
    name: 'a generation is given twice',
    file: `${folder}/roster.ts`,
    from: 'Math.max(data.lastGeneration + 1, byClock)',
    to: 'Math.max(data.lastGeneration, byClock)',
  },
  {
    name: 'D10 a message is taken twice',
    file: `${folder}/orders.ts`,
    from: "if (holder === taken) return 'taken';",
    to: '',
  },
  {
    name: 'rows of newcomers on their way are taken out',
    file: `${folder}/assert-rows.ts`,
    from: ', ...coming]',
    to: ', ...coming.slice(0, 0)]',
  },
  {
    name: 'an earlier session of a client takes the place of the later one',
    file: `${folder}/assert-rows.ts`,
    from: 'return kin.openedAtMs > openedAtMs;',
    to: 'return false;',
  },
];
