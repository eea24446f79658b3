import type { Refused } from '../../sessions/session-event.ts';
import type { ClusterProcess } from './cluster-process.ts';
import type { ClusterStage, ClusterUser } from './cluster-stage.ts';

/** How long ago whoever stood in the way of a newcomer may have proven to be alive, milliseconds. */
const provenMs = 2_500;

/** I3: whoever is refused for good is told the truth: so many sessions were alive. */
export function checkRefused(
  stage: ClusterStage,
  host: ClusterProcess,
  { user: id, reason, limit, retryAfterMs }: Refused,
): void {
  const user = stage.userOf(id);
  // What it heard before it stood still counts as just heard: time has not passed for it.
  const isAwake = host.thawedAt < stage.world.now - provenMs;
  if (reason === 'user-limit' && retryAfterMs === undefined && isAwake) {
    const coming = user.clients.filter(({ state }) => state === 'dialling').length;
    const alive = aliveCount(stage, user, provenMs) + coming;
    stage.verdict.expect(
      alive >= limit,
      'I3',
      () => `${host.name} refuses ${id} for good, ${alive} of ${limit} sessions were alive`,
    );
  }
  stage.verdict.expect(
    reason !== 'overload' || stage.calmSince === Infinity,
    'I6',
    () => `${host.name} refuses ${id} for want of a store that is well`,
  );
}

/** Sessions of a user that have been alive within this time. */
export function aliveCount(
  { sessions, world }: ClusterStage,
  user: ClusterUser,
  withinMs: number,
): number {
  const since = world.now - withinMs;
  const live = [...sessions.values()].filter(
    ({ user: owner, wire }) =>
      owner === user && (wire.carriesSince !== Infinity || wire.carriedTo >= since),
  );
  return (
    live.length + user.ended.filter(({ at, aliveTo }) => at >= since && aliveTo >= since).length
  );
}
