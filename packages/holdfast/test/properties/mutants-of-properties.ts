import type { Mutant } from '../mutants.ts';

/** Mistakes of one line. Each must be found by the property of the session layer. */
export const propertyMutants: readonly Mutant[] = [
  {
    name: 'I1 one session too many is let in',
    file: 'core/admission.ts',
    from: 'return occupied < limit;',
    to: 'return occupied <= limit;',
  },
  {
    name: 'I1 a session that leaves keeps its slot',
    file: 'sessions/door.ts',
    from: 'registry.remove(session);',
    to: '',
  },
  {
    name: 'I7 an id is taken for whoever holds its place now',
    file: 'sessions/registry.ts',
    from: 'return session !== null && session.id === id ? session : null;',
    to: 'return session;',
  },
  {
    name: 'I7 a session can end more than once',
    file: 'sessions/door.ts',
    from: "if (effect !== 'release') return false;",
    to: '',
  },
  {
    name: 'I2 death at admission is judged by now, before the sockets were polled',
    file: 'sessions/admission.ts',
    from: 'waiting.reapDead(userId, pulse.polledAt, reap);',
    to: 'waiting.reapDead(userId, pulse.now(), reap);',
  },
  {
    name: 'I3 the probe timeout is ignored',
    file: 'sessions/heartbeat.ts',
    from: 'this.#probePatience = { pingMs: probeTimeoutMs, openMs: openTimeoutMs };',
    to: 'this.#probePatience = { pingMs: pingTimeoutMs, openMs: openTimeoutMs };',
  },
  {
    name: 'I3 a slot that becomes free is offered to nobody',
    file: 'sessions/rooms.ts',
    from: 'door.onLeave((session) => waiting.offer(session.userId));',
    to: '',
  },
  {
    name: 'I4 an event is skipped when the engine drops it',
    file: 'sessions/delivery.ts',
    from: "if (outcome === 'dropped') return false;",
    to: "if (outcome === 'dropped') return true;",
  },
];

/** More of them, for the long tier. */
export const moreMutants: readonly Mutant[] = [
  {
    name: 'I2 everybody is given only the probe timeout',
    file: 'sessions/heartbeat.ts',
    from: 'this.#patience = { pingMs: pingTimeoutMs, openMs: openTimeoutMs };',
    to: 'this.#patience = { pingMs: probeTimeoutMs, openMs: openTimeoutMs };',
  },
  {
    name: 'I3 a session that was never attached keeps its slot',
    file: 'core/death.ts',
    from: "if (facts.state === 'opening') return facts.openedAt + patience.openMs;",
    to: "if (facts.state === 'opening') return Number.POSITIVE_INFINITY;",
  },
];
