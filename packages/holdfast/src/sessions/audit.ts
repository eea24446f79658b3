import type { Faults } from './faults.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What the audit works with. */
export interface AuditRooms {
  readonly registry: Registry;
  readonly pulse: Pulse;
  readonly faults: Faults;
}

/**
 * Holds a session's place, deadline and socket against each other; puts right what it can and returns how many of them
 * were wrong, which must be 0.
 */
export function auditSession(session: Session, { registry, pulse, faults }: AuditRooms): number {
  const { socket } = session;
  const isListed = registry.of(session.userId).includes(session);
  const hasDeadline = pulse.has(session.timer);
  const ownsSocket = socket === null || socket.owner === session;
  if (isListed && hasDeadline && ownsSocket) return 0;
  if (!hasDeadline) session.timer = pulse.add(session, pulse.now());
  if (socket !== null) socket.owner = session;
  const wrong = [
    isListed ? '' : 'place',
    hasDeadline ? '' : 'deadline',
    ownsSocket ? '' : 'socket',
  ];
  const named = wrong.filter((word) => word !== '');
  const message = `Expected a session to have its own place, deadline and socket; wrong: ${named.join(', ')}.`;
  faults.report('registry', new Error(message), { session: session.id });
  return named.length;
}
