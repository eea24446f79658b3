import type { CloseOrder } from '../../sessions/close-order.ts';
import type { Act } from './act.ts';
import { askForSlot, makeClient } from './arrive.ts';
import { findTruth } from './find-truth.ts';
import { checkWord } from './late-words.ts';
import { broadcast, publishMuch, publishOne } from './publish-acts.ts';
import { type Stage, userOf } from './stage.ts';
import { revokeToken, revokeUser } from './token-acts.ts';
import type { UserTruth } from './user-truth.ts';

/** What the application and its administrators do: each act is asked of the process over the network. */
export const operatorActs: readonly Act[] = [
  { name: 'publish', weight: 40, run: asked(publishOne) },
  { name: 'publish much', weight: 2, run: asked(publishMuch) },
  { name: 'broadcast', weight: 2, run: asked(broadcast) },
  { name: 'close', weight: 2, run: asked(closeOne) },
  { name: 'close a user', weight: 0.5, run: asked(closeUser) },
  { name: 'reap a user', weight: 2, run: asked(reapUser) },
  { name: 'reap all', weight: 1, run: asked(reapAll) },
  { name: 'set a limit', weight: 1, run: asked(setLimit) },
  { name: 'reserve', weight: 3, run: asked(reserve) },
  { name: 'withdraw', weight: 2, run: asked(withdraw) },
  { name: 'revoke a token', weight: 1, run: asked(revokeToken) },
  { name: 'revoke a user', weight: 0.3, run: asked(revokeUser) },
  { name: 'look', weight: 4, run: asked(look) },
  { name: 'late word', weight: 4, run: asked(checkWord) },
];

/** Acts that a listener may do in the middle of something else. */
export const meddling: readonly ((stage: Stage) => void)[] = [
  publishOne,
  closeOne,
  reapUser,
  setLimit,
  revokeToken,
  withdraw,
  look,
  checkWord,
];

function asked(act: (stage: Stage) => void): (stage: Stage) => void {
  return (stage) => stage.world.ask(() => act(stage));
}

function closeOne(stage: Stage): void {
  const { random, layer, sessions } = stage;
  const truth = random.pick([...sessions.values()]);
  if (truth === undefined || random.chance(0.1)) {
    stage.verdict.expect(
      !layer.close(`${layer.node}-0-0`),
      'I7',
      () => 'a session that never was has been closed',
    );
    return;
  }
  const orders: readonly CloseOrder[] = ['admin', 'revoked', 'released'];
  const cause = random.pick(orders) ?? 'admin';
  truth.orders.add(cause);
  const isThere = layer.find(truth.id) !== null;
  const isClosed = layer.close(truth.id, cause);
  stage.verdict.expect(isClosed === isThere, 'I7', () => `${truth.id} could not be closed`);
  stage.verdict.expect(!layer.close(truth.id, cause), 'I7', () => `${truth.id} was closed twice`);
}

function closeUser(stage: Stage): void {
  const user = stage.random.pick(stage.users);
  if (user === undefined) return;
  const sessions = stage.layer.sessionsOf(user.id);
  const [kept] = sessions;
  const exclude = kept !== undefined && stage.random.chance(0.5) ? [kept.id] : [];
  for (const { id } of sessions) findTruth(stage, id)?.orders.add('admin');
  const closed = stage.layer.closeUser(user.id, { exclude });
  const left = sessions.filter(({ id }) => stage.layer.find(id) !== null && !exclude.includes(id));
  const isDone = left.length === 0 && closed.length <= sessions.length - exclude.length;
  stage.verdict.expect(
    isDone,
    'I1',
    () =>
      `${closed.length} of ${sessions.length} sessions of ${user.id} were closed, ${left.length} are left`,
  );
}

function reapUser(stage: Stage): void {
  const user = stage.random.pick(stage.users);
  if (user === undefined) return;
  const before = stage.layer.count(user.id);
  const { reaped, kept } = stage.layer.reapUser(user.id);
  stage.verdict.expect(
    reaped.length + kept <= before,
    'I1',
    () => `${reaped.length} were reaped and ${kept} kept of ${before}`,
  );
}

function reapAll(stage: Stage): void {
  stage.promises += 1;
  void stage.layer.reapAll().then(() => {
    stage.promises -= 1;
  });
}

function setLimit(stage: Stage): void {
  const { random, users } = stage;
  const user = random.pick(users);
  if (user === undefined) return;
  limitTo(stage, user, random.chance(0.5) ? null : random.between(1, 20));
}

/** An operator sets a user's own limit, or lifts it with null. */
export function limitTo({ layer, note }: Stage, user: UserTruth, limit: number | null): void {
  note(() => `the limit of ${user.id} is set to ${limit}`);
  user.ownLimit = limit;
  user.isLimitNew = true;
  user.highestLimit = Math.max(user.highestLimit, limit ?? 0);
  layer.setLimit(user.id, limit);
}

/** A slot is taken first, and gets its socket later, too late, or never; or a socket that is closed already. */
function reserve(stage: Stage): void {
  const { random, world, layer, settings } = stage;
  const user = random.pick(stage.users);
  if (user === undefined) return;
  const admission = askForSlot(stage, user, { client: null });
  if (admission.outcome !== 'opened' || random.chance(0.2)) return;
  const { session } = admission;
  const isLost = random.chance(0.2);
  world.in(random.between(0, settings.openTimeoutMs * 1.2), () => {
    world.ask(() => {
      if (session.state !== 'opening') return;
      const client = makeClient(stage, userOf(stage, user.id));
      client.wasHandedOver = true;
      if (isLost) {
        client.socket.loseSilently();
        client.isOver = true;
      }
      layer.attach(session, client.socket);
    });
  });
}

function withdraw({ random, users }: Stage): void {
  const user = random.pick(users);
  random.pick(user?.arrivals ?? [])?.pending?.withdraw();
}

function look({ layer, users }: Stage): void {
  layer.health();
  layer.gauges();
  for (const { id } of users) for (const session of layer.sessionsOf(id)) layer.view(session);
}
