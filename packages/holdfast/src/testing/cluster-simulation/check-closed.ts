import type { SessionEnd } from '../../protocol/close-causes.ts';
import type { Closed } from '../../sessions/session-event.ts';
import type { ClusterProcess } from './cluster-process.ts';
import type { ClusterStage, LiveSession } from './cluster-stage.ts';

/** A peer that carries again answers what it was asked within this time, milliseconds. */
const answerMs = 250;
/** How long it is remembered that a session was alive. */
const rememberMs = 5_000;

/** I2: whoever is ended has given a reason, or somebody has. */
export function checkClosed(
  stage: ClusterStage,
  host: ClusterProcess,
  { session, cause }: Closed,
): void {
  const known = stage.sessions.get(session);
  if (known === undefined) return;
  stage.sessions.delete(session);
  const { now } = stage.world;
  const { ended } = known.user;
  const { wire } = known;
  ended.push({ at: now, aliveTo: wire.carriesSince === Infinity ? wire.carriedTo : now });
  while (ended[0] !== undefined && ended[0].at < now - rememberMs) ended.shift();
  stage.verdict.expect(
    isCause(stage, host, { known, cause }),
    cause === 'excess' ? 'I1' : 'I2',
    () => `${host.name} has ended ${session} of ${known.user.id} as ${cause}, without a reason`,
  );
}

/** Somebody else has come with the ticket of its lineage, or may come still. */
function hasSuccessor({ wire, openedAt }: LiveSession): boolean {
  return wire.kin.some((dial) => dial.wire !== wire && dial.endsAt > openedAt);
}

/** Its row may have been lost since its client dialled. */
function mayLackRoom(stage: ClusterStage, host: ClusterProcess, known: LiveSession): boolean {
  // Where the message was lost of an eviction, or a succession that is over by now, what is noticed is the row that is gone.
  if (stage.scenario.options.onLimit === 'evict-oldest' || hasSuccessor(known)) return true;
  // A node that stands still between the row of a newcomer and its session lets it in when it goes on.
  return Math.max(host.rowsLostAt, stage.machine.lostAt) >= known.wire.dialledAt;
}

function isCause(
  stage: ClusterStage,
  host: ClusterProcess,
  { known, cause }: { readonly known: LiveSession; readonly cause: SessionEnd },
): boolean {
  const { wire, openedAt, user } = known;
  const { now } = stage.world;
  switch (cause) {
    case 'client-close':
    case 'connection-lost':
    case 'transport-closed':
      return wire.isOver || wire.isClosed;
    case 'no-pong':
      return wire.carriesSince > now - answerMs;
    case 'superseded':
      return hasSuccessor(known);
    case 'evicted':
      return stage.scenario.options.onLimit === 'evict-oldest';
    case 'admin':
    case 'revoked':
      return user.orderedAt >= openedAt;
    case 'shutdown':
      return host.state === 'draining';
    case 'excess':
      return mayLackRoom(stage, host, known);
    case 'bad-frame':
    case 'failed':
    case 'invalid-frame':
    case 'message-rate':
    case 'open-timeout':
    case 'released':
    case 'slow':
    case 'taken-over':
    case 'token-expired':
    case 'too-big':
      return false;
  }
}
