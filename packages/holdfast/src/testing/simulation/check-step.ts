import { lingerMs } from '../../sessions/lingering.ts';
import { checkTakers, checkWait } from './check-asking.ts';
import { checkTokens, checkTurnedAway, forgetRevoked } from './check-tokens.ts';
import { isTight } from './scenario.ts';
import { slackMs } from './slack.ts';
import type { Stage } from './stage.ts';
import type { UserTruth } from './user-truth.ts';

/** What must hold after every single callback of the loop. */
export function checkStep(stage: Stage): void {
  for (const user of stage.users) checkUser(stage, user);
  checkEvidence(stage);
  if (stage.overtaken.length > 0) checkOrder(stage);
}

/** I3: whoever came first was let in first. */
function checkOrder({ overtaken, users, verdict }: Stage): void {
  const waiting = overtaken.find((arrival) =>
    users.some(({ arrivals }) => arrivals.includes(arrival)),
  );
  verdict.expect(
    waiting === undefined,
    'I3',
    () => `a newcomer of ${waiting?.userId} was let in before one who came earlier`,
  );
  overtaken.length = 0;
}

/** I1, I3, I12: counts are those of the registry, nobody waits beside a free slot, and few wait. */
function checkUser(stage: Stage, user: UserTruth): void {
  const { layer, verdict } = stage;
  const count = layer.count(user.id);
  verdict.expect(
    count === user.openCount,
    'I1',
    () => `${user.id} has ${count} sessions, ${user.openCount} were opened and not closed`,
  );
  const waiting = layer.waiting(user.id);
  if (waiting > 0 || user.lastWaiting > 0) checkWaiting(stage, user, waiting);
  if (user.taken.length > 0) checkTakers(stage, user);
  if (user.arrivals.length > 0) checkTurnedAway(stage, user);
  user.isLimitNew = false;
  user.lastCount = count;
  user.lastWaiting = waiting;
  noteAbsence(stage, user, count);
}

/** A user who has been away for the resume window, or whose log had to give way, may begin a new one. */
function noteAbsence({ settings, clock, world }: Stage, user: UserTruth, count: number): void {
  const now = clock.nowMs();
  if (count === 0) forgetRevoked({ settings, clock, world }, user);
  if (count > 0) user.busyAt = now;
  else if (isTight(settings)) user.mayBeginAnew = true;
  else if (!user.mayBeginAnew && now - user.busyAt > settings.resumeWindowMs - slackMs) {
    user.mayBeginAnew =
      world.time.mostElapsed(user.busyAt, now) > settings.resumeWindowMs - slackMs;
  }
}

function checkWaiting({ verdict, settings, layer }: Stage, user: UserTruth, waiting: number): void {
  const count = layer.count(user.id);
  for (const { brought, pending } of user.arrivals) {
    const limit = user.limitFor(brought, settings.maxSessionsPerUser);
    verdict.expect(
      pending === null || count >= limit,
      'I3',
      () => `a newcomer of ${user.id} waits while it has ${count} of ${limit} sessions`,
    );
  }
  const most = Math.max(user.highestLimit, user.lastWaiting);
  verdict.expect(
    waiting <= most,
    'I12',
    () => `${waiting} newcomers of ${user.id} wait, ${most} may`,
  );
}

/** I9: nothing but a frame of the peer moves the instant at which it was last heard. */
function checkEvidence({ sessions, heardInStep, verdict }: Stage): void {
  for (const truth of sessions.values()) {
    const { heardAt } = truth.session;
    if (heardAt === truth.heardAtSeen) continue;
    const isNew = truth.heardAtSeen === null;
    truth.heardAtSeen = heardAt;
    if (isNew) continue;
    const wasHeard = truth.socket !== null && heardInStep.has(truth.socket);
    verdict.expect(
      wasHeard,
      'I9',
      () => `${truth.id} counts as heard though its peer sent nothing`,
    );
  }
  heardInStep.clear();
}

/** What is dearer to check, and is checked once a simulated second. */
export function checkSecond(stage: Stage): void {
  checkPatience(stage);
  checkTotals(stage);
  checkSockets(stage);
  checkTokens(stage);
  checkFaults(stage);
}

/** I3: nobody waits for longer than it takes to find out. */
function checkPatience(stage: Stage): void {
  for (const arrival of stage.users.flatMap(({ arrivals }) => arrivals)) {
    if (arrival.pending !== null) checkWait(stage, arrival);
  }
}

/** I1, I6, I12: every gauge is a recount, the heartbeat leaves nobody behind, and what is bounded is within its bound. */
function checkTotals({ layer, sessions, users, verdict, settings }: Stage): void {
  const gauges = layer.gauges();
  verdict.expect(
    gauges.sessions === sessions.size,
    'I1',
    () => `${gauges.sessions} sessions are told, there are ${sessions.size}`,
  );
  const listed = users.reduce((sum, { id }) => sum + layer.sessionsOf(id).length, 0);
  verdict.expect(
    listed === sessions.size && [...layer.sessions()].length === listed,
    'I1',
    () => `${listed} sessions are listed, there are ${sessions.size}`,
  );
  const unasked = [...sessions.values()].filter(
    ({ socket }) => (socket?.record.pingsThatThrew ?? 0) > 0,
  );
  verdict.expect(
    gauges.overdue <= unasked.length,
    'I6',
    () => `${gauges.overdue} sessions are overdue, ${unasked.length} could not be asked`,
  );
  verdict.expect(gauges.drift === 0, 'I1', () => `the audit found a drift of ${gauges.drift}`);
  verdict.expect(
    gauges.logBytes <= settings.historyTotalBytes,
    'I12',
    () => `the logs hold ${gauges.logBytes} bytes, ${settings.historyTotalBytes} is their bound`,
  );
}

/** I5, I12: every open connection has a session, waits, or has been said goodbye to and is gone soon. */
function checkSockets({ clientOf, truthOf, users, clock, world, verdict }: Stage): void {
  for (const [socket, client] of clientOf) {
    if (socket.isClosed) {
      clientOf.delete(socket);
      continue;
    }
    const { dismissedAt } = socket.record;
    if (dismissedAt === null) {
      const isWaiting = users.some(({ arrivals }) =>
        arrivals.some((arrival) => arrival.client === client),
      );
      verdict.expect(
        isWaiting || truthOf.has(socket) || !client.wasHandedOver,
        'I5',
        () => `${client.name} is connected to nothing`,
      );
      continue;
    }
    const lingers = world.time.leastElapsed(dismissedAt, clock.nowMs());
    verdict.expect(
      lingers <= lingerMs + slackMs || socket.hasThrown,
      'I12',
      () => `${client.name} lingers for ${lingers} ms`,
    );
  }
}

/** I6: each failure that was injected stands in the counts. */
function checkFaults({ layer, tally, verdict }: Stage): void {
  const counts = layer.faultCounts();
  const told = (where: Parameters<typeof counts.get>[0]): number => counts.get(where) ?? 0;
  verdict.expect(
    told('listener') === tally.listener,
    'I6',
    () => `${tally.listener} listeners threw, ${told('listener')} are counted`,
  );
  verdict.expect(
    told('hook') >= tally.hook,
    'I6',
    () => `${tally.hook} hooks failed, ${told('hook')} are counted`,
  );
  verdict.expect(
    told('timer') + told('sweep') >= tally.timer,
    'I6',
    () => `${tally.timer} timers could not be set, ${told('timer')} + ${told('sweep')} are counted`,
  );
  const sockets = told('socket');
  const isCounted = sockets >= tally.socket && sockets <= tally.socket + tally.transport;
  verdict.expect(
    isCounted,
    'I6',
    () => `${tally.socket} socket methods threw, ${sockets} are counted`,
  );
}
