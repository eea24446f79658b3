import type { OpenOutcome, Refusal } from '../../sessions/open-request.ts';
import { checkDenied, checkWait } from './check-asking.ts';
import { allowanceMs } from './check-closing.ts';
import { checkUnauthorized } from './check-tokens.ts';
import { slackMs } from './slack.ts';
import type { SessionTruth } from './session-truth.ts';
import type { Stage } from './stage.ts';
import type { Arrival, UserTruth } from './user-truth.ts';

/** How things stood when somebody asked for a slot. */
export interface Doorstep {
  readonly count: number;
  readonly waiting: number;
  readonly limit: number;
}

/** I1: a slot was taken. */
export function checkOpened({ verdict, layer, settings }: Stage, user: UserTruth): void {
  if (user.isLimitNew) return;
  const limits = user.arrivals.map(({ brought }) =>
    user.limitFor(brought, settings.maxSessionsPerUser),
  );
  // Whoever takes the place of another one takes no slot more, also where the limit has been lowered since.
  const isSuccession = user.arrivals.some(({ mayHaveSucceeded }) => mayHaveSucceeded);
  const limit = Math.max(isSuccession ? user.lastCount : 0, ...limits);
  const count = layer.count(user.id);
  verdict.expect(
    count <= limit,
    'I1',
    () => `${user.id} was given session ${count}, its limit is ${limit}`,
  );
}

/** I3: what a newcomer was told, against how things are. */
export function checkOutcome(
  stage: Stage,
  arrival: Arrival,
  told: { outcome: OpenOutcome; doorstep: Doorstep },
): void {
  const { outcome, doorstep } = told;
  checkWait(stage, arrival);
  if (outcome.outcome === 'opened') noteOrder(stage, arrival);
  if (outcome.outcome === 'refused')
    checkRefusal(stage, arrival, { refusal: outcome.refusal, doorstep });
}

/** Who came first is let in first, unless its limit does not allow it; looked at when the step is over. */
function noteOrder({ users, settings, overtaken }: Stage, arrival: Arrival): void {
  const user = users.find(({ id }) => id === arrival.userId);
  if (user === undefined || user.isLimitNew) return;
  if (arrival.mayHaveSucceeded || arrival.mayHaveTakenOver) return;
  const limitOf = (one: Arrival): number => user.limitFor(one.brought, settings.maxSessionsPerUser);
  const earlier = user.arrivals.slice(0, user.arrivals.indexOf(arrival));
  overtaken.push(...earlier.filter((other) => limitOf(other) >= limitOf(arrival)));
}

function checkRefusal(
  stage: Stage,
  arrival: Arrival,
  told: { refusal: Refusal; doorstep: Doorstep },
): void {
  const { verdict, settings, isDraining } = stage;
  const { refusal, doorstep } = told;
  const { reason, retryAfterMs } = refusal;
  const isOften =
    settings.userConnectRate !== null ||
    doorstep.waiting >= Math.min(doorstep.limit, refusal.limit) ||
    arrival.client?.hasTalked === true;
  if (reason === 'user-limit') checkLimitRefusal(stage, arrival, refusal);
  else if (reason === 'bad-frame') checkBadFrame(stage, arrival);
  else if (reason === 'unauthorized') checkUnauthorized(stage, arrival);
  else if (reason === 'rate')
    verdict.expect(
      isOften && (retryAfterMs ?? 0) > 0,
      'I3',
      () => `a newcomer of ${arrival.userId} was refused for its rate without a reason or a time`,
    );
  else
    verdict.expect(
      reason === 'draining' && isDraining,
      'I3',
      () => `a newcomer of ${arrival.userId} was refused as ${reason}`,
    );
}

function checkBadFrame({ verdict }: Stage, { askedAt, client, userId }: Arrival): void {
  const isBad = client?.socket.record.provocations.has('bad-frame') === true;
  verdict.expect(
    askedAt !== null && isBad,
    'I3',
    () => `a newcomer of ${userId} was refused for what it did not say`,
  );
}

function checkLimitRefusal(
  stage: Stage,
  arrival: Arrival,
  { blocking, retryAfterMs, live, limit }: Refusal,
): void {
  const { verdict, sessions, settings, world, clock } = stage;
  const waited = world.time.mostElapsed(arrival.since, clock.nowMs());
  verdict.expect(
    retryAfterMs === undefined || waited >= settings.probeTimeoutMs - 2,
    'I3',
    () =>
      `a newcomer of ${arrival.userId} was refused after ${waited} ms, before the probe was over`,
  );
  verdict.expect(
    live >= limit,
    'I3',
    () => `a newcomer of ${arrival.userId} was refused at ${live} of ${limit} sessions`,
  );
  verdict.expect(
    retryAfterMs === undefined || retryAfterMs > 0,
    'I3',
    () => `a newcomer of ${arrival.userId} was told to return in ${retryAfterMs} ms`,
  );
  if (retryAfterMs === undefined) checkDenied(stage, arrival, { live, limit });
  for (const { id } of blocking) {
    const truth = sessions.get(id);
    if (truth === undefined) continue;
    if (retryAfterMs === undefined) checkProven(stage, arrival, truth);
    checkNotOverdue(stage, arrival, truth);
  }
}

/** Refused without a time to return: every session in the way has been heard of just now. */
function checkProven({ verdict }: Stage, arrival: Arrival, truth: SessionTruth): void {
  if (truth.socket?.canPing === false || (truth.socket?.record.pingsThatThrew ?? 0) > 0) return;
  verdict.expect(
    truth.provenAt >= arrival.since,
    'I3',
    () =>
      `a newcomer of ${arrival.userId} was refused for good though ${truth.id} has said nothing since it came`,
  );
}

/** Nobody is refused for a session that should have been given up by then. */
function checkNotOverdue(
  { verdict, world, settings, clock }: Stage,
  arrival: Arrival,
  { id, socket }: SessionTruth,
): void {
  if (socket === null) return;
  const { record } = socket;
  const now = clock.nowMs();
  if (record.ping !== null) {
    const waited = world.time.leastElapsed(Math.max(record.ping.at, record.heardAt), now);
    const patienceMs = settings.probeTimeoutMs + allowanceMs(record.ping.unconfirmed);
    verdict.expect(
      waited <= patienceMs + slackMs,
      'I3',
      () =>
        `a newcomer of ${arrival.userId} was refused because of ${id}, whose ping has been out for ${waited} ms`,
    );
  }
  const isKnownClosed =
    socket.closedAt < arrival.since && !socket.hasThrown && socket.claims === null;
  verdict.expect(
    !isKnownClosed,
    'I3',
    () =>
      `a newcomer of ${arrival.userId} was refused because of ${id}, whose connection is closed`,
  );
}
