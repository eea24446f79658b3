import type { Mutant } from '../mutants.ts';

/** Mistakes about what became of events. */
export const receiptMutants: readonly Mutant[] = [
  {
    name: 'a pong confirms what was written after its ping, too',
    file: 'sessions/heartbeat.ts',
    from: 'session.acked = Math.max(session.acked, session.cursorBeforePing);',
    to: 'session.acked = session.cursor;',
  },
  {
    name: 'a pong settles nothing',
    file: 'sessions/rooms.ts',
    from: 'receipts.confirmed(session); delivery.resume(session);',
    to: 'delivery.resume(session);',
  },
  {
    name: 'an acknowledgement confirms one event more than it says',
    file: 'sessions/awaited-receipts.ts',
    from: 'first.offset > offset)',
    to: 'first.offset > offset + 1)',
  },
  {
    name: 'whoever comes back confirms what was written to others',
    file: 'sessions/receipts.ts',
    from: 'const isKnown = hasAll && receipt.wasWrittenTo({ lineage, generation }, isInOrder);',
    to: 'const isKnown = hasAll;',
  },
  {
    name: 'an event that was pushed out is given up though a session has it',
    file: 'sessions/receipts.ts',
    from: 'if (withdrawn !== null && holders === 0)',
    to: 'if (withdrawn !== null)',
  },
  {
    name: 'a session that ends keeps what it was written from ever being settled',
    file: 'sessions/receipts.ts',
    from: 'next = awaited.takeUpTo(never)) this.letGo(next);',
    to: 'next = awaited.takeUpTo(never)) continue;',
  },
  {
    name: 'an event is written after its time',
    file: 'sessions/delivery.ts',
    from: 'return this.#rooms.receipts.isSkipped(notes.receipt, session);',
    to: 'return false;',
  },
  {
    name: 'what expired is jumped over without a word',
    file: 'sessions/delivery.ts',
    from: 'if (!this.#tellExpired(log, session)) return;',
    to: 'session.cursor = offset;',
  },
  {
    name: 'an event expires before its time',
    file: 'sessions/receipts.ts',
    from: 'this.#rooms.clock.nowMs() + ttlMs;',
    to: 'this.#rooms.clock.nowMs() + ttlMs / 2;',
  },
  {
    name: 'a log that ends settles nothing',
    file: 'sessions/log-notes.ts',
    from: 'notes.receipt?.leftLog(reason);',
    to: "if (reason === 'overflow') notes.receipt?.leftLog(reason);",
  },
];
