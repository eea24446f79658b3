import type { Mutant } from '../mutants.ts';

/** Mistakes about newcomers who are asked which session is to end for them. */
export const askingMutants: readonly Mutant[] = [
  {
    name: 'whoever knows an id can end the session of another user',
    file: 'sessions/questions.ts',
    from: 'registry.of(userId).find((one) => one.id === id)',
    to: 'registry.find(id) ?? undefined',
  },
  {
    name: 'a newcomer is told of the sessions of everybody',
    file: 'sessions/questions.ts',
    from: 'candidates: registry.of(userId).map(',
    to: 'candidates: [...registry.users()].flatMap((user) => registry.of(user)).map(',
  },
  {
    name: 'a slot that was taken over goes to whoever came first',
    file: 'sessions/waiting-room.ts',
    from: "waiter.seed.settle({ outcome: 'admitted', concluded, taken }, waiter);",
    to: "this.#queues.get(waiter.seed.userId)?.waiters.push(waiter); waiter.isSettled = false; this.#rooms.door.leave(taken, 'taken-over');",
  },
  {
    name: 'whoever was taken over stays, one too many',
    file: 'sessions/reception.ts',
    from: "door.supersede(taken, seed, 'taken-over');",
    to: 'door.enter(seed);',
  },
  {
    name: 'newcomers are asked before anybody has proven to be alive',
    file: 'sessions/waiting-room.ts',
    from: 'occupants.every((session) => isProvenAlive(session, waiter.seed)) ? waiter : undefined;',
    to: 'occupants.length > 0 ? waiter : undefined;',
  },
  {
    name: 'an answer counts that was given before the question',
    file: 'sessions/waiter.ts',
    from: "if (this.waitsFor !== 'proof') this.#duties.read(this, data);",
    to: 'this.#duties.read(this, data);',
  },
  {
    name: 'nobody who is asked is ever told that it is over',
    file: 'sessions/inquiry.ts',
    from: 'export const askMs = 30_000;',
    to: 'export const askMs = 300_000;',
  },
  {
    name: 'any number may be asked at once',
    file: 'sessions/admission.ts',
    from: 'if (waiting.count(userId) < this.#limitOf(request)) return',
    to: 'if (waiting.count(userId) >= 0) return',
  },
  {
    name: 'somebody alive is ended for one who may not come in all the same',
    file: 'sessions/questions.ts',
    from: 'const isEnough = hasRoom(registry.count(userId) - 1, limits.inForce(waiter.seed));',
    to: 'const isEnough = limits.inForce(waiter.seed) > 0;',
  },
];
