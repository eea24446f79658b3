import { askForSlot, makeClient } from './arrive.ts';
import { checkCaughtUp } from './check-delivery.ts';
import { allowanceMs } from './check-closing.ts';
import { slackMs } from './check-step.ts';
import type { Play } from './play.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { Stage } from './stage.ts';
import type { UserTruth } from './user-truth.ts';

/** A stretch without acts and faults, in which every line is put in order; whatever is owed is then paid. */
export async function calm(stage: Stage, play: Play): Promise<void> {
  const { settings, world } = stage;
  stage.note(() => 'a calm begins');
  play.isQuiet = true;
  mend(stage);
  const longestMs =
    settings.pingIntervalMs + settings.pingTimeoutMs + allowanceMs(settings.maxUnconfirmedBytes);
  const since = world.now;
  await play.pass(longestMs * 2 + 10_000);
  if (stage.verdict.violation !== null) return;
  checkCaughtUp(stage);
  checkGhosts(stage, since);
  play.isQuiet = false;
}

function mend({ clientOf, clock, failing, users }: Stage): void {
  failing.listener = false;
  failing.hook = false;
  clock.timerError = null;
  for (const socket of clientOf.keys()) {
    socket.throwing.clear();
    socket.dropsLeft = 0;
  }
  for (const client of users.flatMap(({ clients }) => clients)) {
    if (client.isVanished) continue;
    client.heal();
    if (client.isFrozen) client.thaw();
  }
}

/** I3: whoever was gone when the calm began holds no slot when it ends. */
function checkGhosts({ sessions, verdict }: Stage, since: number): void {
  for (const { id, client, socket, openedAt } of sessions.values()) {
    if (openedAt >= since || socket?.canPing === false) continue;
    const isGhost = client?.isVanished === true || (socket !== null && socket.closedAt < since);
    verdict.expect(!isGhost, 'I3', () => `${id} still holds its slot though its client is gone`);
  }
}

/** I3: with every session of every user dead, each owner gets in: within the probe timeout, or when it was told. */
export async function checkReturn(stage: Stage, play: Play): Promise<void> {
  play.isQuiet = true;
  mend(stage);
  for (const { users } of [stage]) {
    for (const client of users.flatMap(({ clients }) => clients))
      if (!client.isOver) client.vanish();
  }
  await play.pass(stage.settings.probeTimeoutMs + stage.random.between(0, 3_000));
  for (const user of stage.users) await returnOf(stage, play, user);
}

async function returnOf(stage: Stage, play: Play, user: UserTruth): Promise<void> {
  const { settings, layer, verdict, clock } = stage;
  const deadline =
    clock.nowMs() + settings.openTimeoutMs + allowanceMs(settings.maxUnconfirmedBytes) + 5_000;
  if (layer.sessionsOf(user.id).some(({ socket }) => socket?.canPing === false)) return;
  let promisedAt = Number.POSITIVE_INFINITY;
  while (verdict.violation === null) {
    const client = makePromptClient(stage, user);
    const admission = askForSlot(stage, user, { client });
    await play.pass(settings.probeTimeoutMs + slackMs);
    const outcome = admission.outcome === 'waiting' ? await admission.settled : admission;
    if (outcome.outcome === 'opened') return;
    verdict.expect(
      outcome.outcome === 'refused' && clock.nowMs() < deadline,
      'I3',
      () => `with all sessions of ${user.id} dead, its owner is ${outcome.outcome}`,
    );
    if (outcome.outcome !== 'refused') return;
    const retryMs = outcome.refusal.retryAfterMs;
    verdict.expect(
      retryMs !== undefined,
      'I3',
      () => `with all sessions of ${user.id} dead, its owner is refused for good`,
    );
    const againAt = clock.nowMs() + (retryMs ?? 0);
    const grows = againAt > promisedAt + slackMs && outcome.refusal.reason === 'user-limit';
    verdict.expect(
      !grows,
      'I3',
      () => `the owner of ${user.id} was told ${promisedAt}, and then ${againAt}`,
    );
    promisedAt = outcome.refusal.reason === 'user-limit' ? againAt : promisedAt;
    await play.pass(retryMs ?? 0);
  }
}

function makePromptClient(stage: Stage, user: UserTruth): SimulatedClient {
  for (;;) {
    const client = makeClient(stage, user);
    if (client.socket.canPing && client.longestRoundTripMs < 100) return client;
    client.isOver = true;
    stage.clientOf.delete(client.socket);
  }
}

/** I5: everybody goes, the logs age out, and nothing is left but the timer of the sweep. */
export async function checkEmpty(stage: Stage, play: Play): Promise<void> {
  const { settings, random, layer, users, verdict, clock, clientOf } = stage;
  play.isQuiet = true;
  mend(stage);
  const isShutDown = random.chance(0.5);
  if (isShutDown) {
    stage.isDraining = true;
    stage.promises += 1;
    void layer
      .shutdown(() => 1_000)
      .then(() => {
        stage.promises -= 1;
      });
  }
  for (const client of users.flatMap(({ clients }) => clients)) {
    if (!client.isOver && random.chance(0.5)) client.leave(random.chance(0.5));
  }
  for (const user of users)
    for (const { session } of [...stage.sessions.values()].filter(
      ({ userId }) => userId === user.id,
    )) {
      if (session.socket?.canPing === false) session.socket.terminate();
    }
  const longestMs =
    settings.pingIntervalMs +
    settings.pingTimeoutMs +
    allowanceMs(settings.maxUnconfirmedBytes) * 2;
  for (const client of users.flatMap(({ clients }) => clients)) if (!client.isOver) client.vanish();
  await play.pass(longestMs + settings.resumeWindowMs * 2 + 20_000);
  const {
    sessions,
    waiting,
    lingering,
    unconfirmedBytes,
    logs,
    logBytes,
    users: connected,
  } = layer.gauges();
  const left = { sessions, waiting, lingering, unconfirmedBytes, logs, logBytes, connected };
  const isEmpty = Object.values(left).every((value) => value === 0);
  verdict.expect(
    isEmpty,
    'I5',
    () => `after everybody has gone there is left: ${JSON.stringify(left)}`,
  );
  const timers = isShutDown ? 0 : 1;
  verdict.expect(
    clock.timerCount <= timers,
    'I5',
    () => `after everybody has gone ${clock.timerCount} timers are set, ${timers} may be`,
  );
  verdict.expect(
    stage.sessions.size === 0 && clientOf.size >= 0,
    'I5',
    () => `${stage.sessions.size} sessions were never told as closed`,
  );
}
