import type { SessionEvent } from '../../sessions/session-event.ts';
import type { Session } from '../../sessions/session.ts';
import { findTruth } from './find-truth.ts';
import type { Judgement } from './judgement.ts';
import type { SessionTruth } from './session-truth.ts';
import type { Token } from './simulated-tokens.ts';
import { slackMs } from './slack.ts';
import { type Stage, userOf } from './stage.ts';
import type { Arrival, UserTruth } from './user-truth.ts';

/** A token lives on for so long until somebody looks: what the gateway promises (PROTOCOL.md). */
const longestLookMs = 1_000;

/** I12: one token of a session is judged at a time, and each until its answer or its deadline. */
export function checkJudging(stage: Stage, session: Session, token: Token | null): Judgement {
  const { clock, settings, world, verdict } = stage;
  const truth = findTruth(stage, session.id);
  const before = truth?.judgements.at(-1);
  const now = clock.nowMs();
  verdict.expect(
    before === undefined ||
      before.answer !== null ||
      world.time.mostElapsed(before.askedAt, now) >= settings.hookTimeoutMs - 2,
    'I12',
    () => `a second token of ${session.id} is judged beside the first`,
  );
  const judgement: Judgement = { token, askedAt: now, answer: null, isTold: false };
  truth?.judgements.push(judgement);
  return judgement;
}

/** I7: what the layer tells of a newer token is what the application has said of it, in time. */
export function hearJudged(
  stage: Stage,
  { type, session: id }: Extract<SessionEvent, { type: 'refreshed' | 'refreshRefused' }>,
): void {
  const { verdict, world, clock, settings } = stage;
  const truth = stage.sessions.get(id);
  if (truth === undefined) return;
  const inTime = truth.judgements.filter(
    ({ askedAt }) =>
      world.time.leastElapsed(askedAt, clock.nowMs()) <= settings.hookTimeoutMs + slackMs,
  );
  const judgement = inTime.find(({ answer }) => answer === type);
  verdict.expect(
    judgement !== undefined,
    'I7',
    () => `${id} was ${type}, which is not what the application has said in time`,
  );
  truth.judgements = inTime.filter((other) => other !== judgement);
  if (judgement?.isTold === false) takeToken(stage, truth, judgement.token);
}

/** A session has this token from now on; null leaves it the one it has. */
export function takeToken({ clock }: Stage, truth: SessionTruth, token: Token | null): void {
  if (token === null) return;
  truth.token = token;
  truth.tokenSince = clock.nowMs();
}

/** I7: what the client is told of its newer token is what the application keeps from then on. */
export function checkRefreshed(
  stage: Stage,
  truth: SessionTruth,
  { expiresAt }: { readonly expiresAt?: number },
): void {
  // In the middle of other news the event comes after the frame.
  const told = truth.judgements.find(
    ({ answer, token, isTold }) => answer === 'refreshed' && token?.endsAt === expiresAt && !isTold,
  );
  if (told !== undefined) {
    told.isTold = true;
    takeToken(stage, truth, told.token);
  }
  const { id, session, token } = truth;
  stage.verdict.expect(
    token !== null && session.extra === token && expiresAt === token.endsAt,
    'I7',
    () => `${id} was told that its token lives to ${expiresAt}; ${token?.text} is in force`,
  );
}

/** I8: whoever revokes tokens finds nobody with one of them when that is done. */
export function checkRevoked({ verdict, sessions, users, layer }: Stage, userId: string): void {
  const truths = layer.sessionsOf(userId).map(({ id }) => sessions.get(id));
  const left = truths.find((truth) => (truth?.token?.revokedAt ?? null) !== null);
  verdict.expect(left === undefined, 'I8', () => `${left?.id} lives on with a revoked token`);
  const waiting = users.find(({ id }) => id === userId)?.arrivals ?? [];
  for (const arrival of waiting)
    if (arrival.pending !== null && arrival.token !== null)
      arrival.isRevoked = arrival.token.revokedAt !== null;
}

/** I8: a newcomer whose token was revoked while it waited waits no longer. */
export function checkTurnedAway({ verdict }: Stage, { id, arrivals }: UserTruth): void {
  const left = arrivals.find(({ isRevoked }) => isRevoked);
  verdict.expect(
    left === undefined,
    'I8',
    () => `a newcomer of ${id} waits though its token ${left?.token?.text} was revoked`,
  );
}

/** I8: no session outlives its token for longer than it takes until somebody looks. */
export function checkTokens({ verdict, sessions, world, clock }: Stage): void {
  for (const { id, token, tokenSince } of sessions.values()) {
    if (token === null) continue;
    const diedAt = Math.max(tokenSince, Math.min(token.endsAt, token.revokedAt ?? token.endsAt));
    const since = world.time.leastElapsed(diedAt, clock.nowMs());
    verdict.expect(
      since <= longestLookMs + slackMs,
      'I8',
      () => `${id} lives on ${since} ms after its token ${token.text}`,
    );
  }
}

/** I2: a session has ended because of its token: the one it has now, and not one before it. */
export function checkTokenEnded({ verdict, clock }: Stage, { id, token }: SessionTruth): void {
  verdict.expect(
    token !== null && token.endsAt <= clock.nowMs(),
    'I2',
    () => `${id} ended with a token that had expired, and ${token?.text} has not`,
  );
}

/** I2, I8: a session has ended as revoked; whatever ticket its client has is spent. */
export function noteRevoked(
  stage: Stage,
  { id, userId, token, orders, session }: SessionTruth,
): void {
  const held = token ?? (session.extra as Token | null);
  const isDue = orders.has('revoked') || (held !== null && held.revokedAt !== null);
  stage.verdict.expect(isDue, 'I2', () => `${id} ended as revoked, and ${held?.text} was not`);
  userOf(stage, userId).revoked.set(session.lineage, stage.clock.nowMs());
}

/** I8: a session has begun; it does not continue one that was revoked. */
export function checkLineage(
  { verdict }: Stage,
  user: UserTruth,
  { id, session }: SessionTruth,
): void {
  const isHeir = session.lineage !== session.generation;
  verdict.expect(
    !isHeir || !user.revoked.has(session.lineage),
    'I8',
    () => `${id} continues ${session.lineage}, which was revoked`,
  );
}

/** The user is away: its revoked lineages may be forgotten when the resume window is over. */
export function forgetRevoked(
  { world, clock, settings }: Pick<Stage, 'world' | 'clock' | 'settings'>,
  { revoked }: UserTruth,
): void {
  for (const [lineage, at] of revoked) {
    const longest = world.time.mostElapsed(at, clock.nowMs());
    if (longest >= settings.resumeWindowMs - slackMs) revoked.delete(lineage);
  }
}

/** I3: a newcomer was refused as unauthorized: its token was no good any more. */
export function checkUnauthorized({ verdict, tokens }: Stage, { token, name }: Arrival): void {
  verdict.expect(
    token !== null && tokens?.isInForce(token) === false,
    'I3',
    () => `${name} was refused as unauthorized, and ${token?.text} is in force`,
  );
}
