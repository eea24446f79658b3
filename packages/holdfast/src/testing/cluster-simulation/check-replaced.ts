import type { AdmitAct, AdmitAnswer } from '../../sessions/store/acts.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { StoreLink } from './store-link.ts';

/** An answer that takes longer is none any more for the node that has asked. */
const inTimeMs = 350;
/** Until a newcomer whose slot was granted has come in, or has left. */
const seatedMs = 3_000;

/** I1: whoever has given its place to a newcomer on the same node is ended there. */
export function watchReplaced(
  stage: ClusterStage,
  { user, node }: AdmitAct,
  link: StoreLink,
): (answer: AdmitAnswer) => void {
  const { world, hosts, verdict } = stage;
  const askedAt = world.now;
  return (answer) => {
    if (answer.outcome !== 'admitted' || answer.replaced?.node !== node) return;
    const { session } = answer.replaced;
    const host = hosts.find((one) => one.link === link);
    if (host === undefined || world.now - askedAt > inTimeMs) return;
    world.in(seatedMs, () => {
      if (!host.isRunning || host.thawedAt > askedAt) return;
      const isThere = host.node?.layer
        .sessionsOf(user)
        .some(({ generation }) => generation === session);
      verdict.expect(
        isThere !== true,
        'I1',
        () => `${session} of ${user} lives on at ${host.name}, and its slot is another one's`,
      );
    });
  };
}
