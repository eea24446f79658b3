import type { ClusterPlay } from './cluster-play.ts';
import { type ClusterStage, openHosts } from './cluster-stage.ts';

/** Longer than any ping may be unanswered, and any drained slot reserved. */
const fadeMs = 45_000;
/** Timers of a node at rest: its lease, its sweep, and what the pulse has set. */
const mostTimers = 4;

/** I5: everybody leaves, time passes, and nothing is left, at the store or at a node. */
export async function checkEnd(stage: ClusterStage, play: ClusterPlay): Promise<void> {
  const { users, verdict, scenario } = stage;
  stage.isQuiet = true;
  stage.isEnding = true;
  for (const client of users.flatMap(({ clients }) => clients)) client.leave(true, false);
  await play.pass(fadeMs + (scenario.options.resumeWindowMs ?? 0));
  if (verdict.violation !== null) return;
  const { data } = stage;
  const left = [...data.users.values()].filter(({ rows }) => {
    const nodes = [...rows.values()].map(({ node }) => node);
    return nodes.length === 0 || nodes.some((node) => data.leases.has(node));
  });
  verdict.expect(
    left.length + data.messages.size === 0,
    'I5',
    () => `the store still keeps ${left.map(({ user }) => user).join(', ')}`,
  );
  for (const { name, node, clock } of openHosts(stage)) {
    if (node === null) continue;
    const { sessions, logBytes } = node.layer.gauges();
    const waiting = users.reduce((sum, { id }) => sum + node.waiting(id), 0);
    verdict.expect(
      sessions + waiting + logBytes === 0,
      'I5',
      () => `${name} keeps ${sessions} sessions, ${waiting} newcomers, ${logBytes} bytes`,
    );
    const faults = node.layer.health().faults.filter(({ where }) => where === 'store');
    verdict.expect(
      faults.length === 0,
      'I6',
      () => `${name} still tells of ${JSON.stringify(faults)}`,
    );
    verdict.expect(
      clock.timerCount <= mostTimers,
      'I5',
      () => `${name} has ${clock.timerCount} timers set`,
    );
  }
  await shutDown(stage, play);
}

/** Every node ends in order, whatever was before. */
async function shutDown(stage: ClusterStage, play: ClusterPlay): Promise<void> {
  let over = 0;
  const hosts = openHosts(stage);
  for (const host of hosts)
    host.ask((node) => {
      host.state = 'draining';
      void node.shutdown().then(() => {
        over += 1;
      });
    });
  await play.pass(3_000);
  stage.verdict.expect(
    over === hosts.length,
    'I5',
    () => `${over} of ${hosts.length} nodes have ended`,
  );
  for (const { name, clock } of hosts)
    stage.verdict.expect(
      clock.timerCount === 0,
      'I5',
      () => `${name} has ended and has ${clock.timerCount} timers set`,
    );
}
