import type { SessionEvent } from '../../sessions/session-event.ts';
import { checkClosed } from './check-closed.ts';
import { checkRefused } from './check-refused.ts';
import { ClusterClient } from './cluster-client.ts';
import type { ClusterHost } from './cluster-host.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { Wire } from './wire.ts';

/** A node tells something. */
export function hear(stage: ClusterStage, host: ClusterHost, event: SessionEvent): void {
  stage.tally(event.type === 'closed' ? `closed: ${event.cause}` : event.type);
  switch (event.type) {
    case 'attached':
      hearAttached(stage, host, event.session);
      break;
    case 'closed':
      stage.note(() => `${host.name} closes ${event.session} of ${event.user}: ${event.cause}`);
      checkClosed(stage, host, event);
      break;
    case 'refused':
      stage.note(
        () =>
          `${host.name} refuses ${event.user}: ${event.reason}, ${event.live} of ${event.limit}, ${event.retryAfterMs}`,
      );
      checkRefused(stage, host, event);
      break;
    case 'joined':
      if (event.isAnew) host.rowsLostAt = stage.world.now;
      stage.note(() => `${host.name} joins as ${event.generation}`);
      break;
    case 'storeBack':
      host.backs += 1;
      stage.note(() => `${host.name}: the store is back`);
      break;
    case 'storeAway':
    case 'repaired':
      stage.note(() => `${host.name}: ${JSON.stringify(event)}`);
      break;
    default:
  }
}

function hearAttached(stage: ClusterStage, host: ClusterHost, id: string): void {
  const session = host.node?.layer.find(id) ?? null;
  if (session === null || !(session.socket instanceof Wire)) return;
  const wire = session.socket;
  stage.note(() => `${host.name} opens ${id} of ${session.userId}`);
  if (wire.client instanceof ClusterClient) wire.client.lineage = session.lineage;
  stage.sessions.set(id, {
    user: stage.userOf(session.userId),
    wire,
    host,
    openedAt: stage.world.now,
    losses: stage.machine.losses,
  });
}
