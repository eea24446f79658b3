import type { SessionEvent } from '../../sessions/session-event.ts';
import { checkClosed } from './check-closed.ts';
import { checkRefused } from './check-refused.ts';
import type { ClusterProcess } from './cluster-process.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { Wire } from './wire.ts';

type Hearing = {
  readonly [Type in SessionEvent['type']]?: (
    stage: ClusterStage,
    host: ClusterProcess,
    event: Extract<SessionEvent, { readonly type: Type }>,
  ) => void;
};

const hearing: Hearing = {
  attached: (stage, host, { session }) => hearAttached(stage, host, session),
  closed: (stage, host, event) => {
    stage.note(() => `${host.name} closes ${event.session} of ${event.user}: ${event.cause}`);
    checkClosed(stage, host, event);
  },
  refused: (stage, host, event) => {
    const { user, reason, live, limit, retryAfterMs } = event;
    stage.note(
      () => `${host.name} refuses ${user}: ${reason}, ${live} of ${limit}, ${retryAfterMs}`,
    );
    checkRefused(stage, host, event);
  },
  joined: (stage, host, { isAnew, generation }) => {
    if (isAnew) host.rowsLostAt = stage.world.now;
    stage.note(() => `${host.name} joins as ${generation}`);
  },
  storeAway: (stage, host) => stage.note(() => `${host.name}: the store is away`),
  storeBack: (stage, host) => {
    host.backs += 1;
    stage.note(() => `${host.name}: the store is back`);
  },
  repaired: (stage, host, event) => stage.note(() => `${host.name}: ${JSON.stringify(event)}`),
};

/** A node tells something. */
export function hear(stage: ClusterStage, host: ClusterProcess, event: SessionEvent): void {
  stage.tally(event.type === 'closed' ? `closed: ${event.cause}` : event.type);
  const told = hearing[event.type] as
    | ((stage: ClusterStage, host: ClusterProcess, event: SessionEvent) => void)
    | undefined;
  told?.(stage, host, event);
}

function hearAttached(stage: ClusterStage, host: ClusterProcess, id: string): void {
  const session = host.node?.layer.find(id) ?? null;
  if (session === null || !(session.socket instanceof Wire)) return;
  const wire = session.socket;
  stage.note(() => `${host.name} opens ${id} of ${session.userId}`);
  wire.client.attached(wire, session.lineage);
  stage.sessions.set(id, {
    user: stage.userOf(session.userId),
    wire,
    host,
    openedAt: stage.world.now,
  });
}
