import type { LimitFrame } from '../../protocol/frames.ts';
import { slackMs } from './slack.ts';
import { findTruth } from './find-truth.ts';
import type { SessionTruth } from './session-truth.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import { type Stage, userOf } from './stage.ts';
import type { Arrival, UserTruth } from './user-truth.ts';

/** How long an answer is waited for: what the layer promises (PROTOCOL.md). */
export const answerMs = 30_000;
/** The layer counts whole milliseconds. */
const roundingMs = 2;

/** True when this was written to somebody who is asked, or should not have been. */
export function checkAsking(
  stage: Stage,
  socket: SimulatedSocket,
  frame: { readonly type: string },
): boolean {
  if (isQuestion(frame)) checkQuestion(stage, socket, frame);
  // What is wrong with an answer is told in one breath with the next question.
  else if (frame.type !== 'error' || stage.settings.onLimit !== 'ask') return false;
  return frame.type === 'limit' || !stage.truthOf.has(socket);
}

function isQuestion(frame: { readonly type: string }): frame is LimitFrame {
  return frame.type === 'limit';
}

/** I2, I3, I8: a question was written to a connection. */
function checkQuestion(stage: Stage, socket: SimulatedSocket, question: LimitFrame): void {
  const { verdict, settings, clock, clientOf, truthOf } = stage;
  const client = clientOf.get(socket);
  const user = client === undefined ? undefined : userOf(stage, client.userId);
  const arrival = user?.arrivals.find((one) => one.client === client);
  verdict.expect(
    settings.onLimit === 'ask' && arrival !== undefined && !truthOf.has(socket),
    'I7',
    () => `${client?.name} was asked, who does not wait`,
  );
  if (user === undefined || arrival === undefined) return;
  checkListed(stage, user, question);
  verdict.expect(
    question.expiresIn >= 0 && question.expiresIn <= answerMs,
    'I12',
    () => `${arrival.name} has ${question.expiresIn} ms for an answer`,
  );
  if (arrival.askedAt !== null) return;
  arrival.askedAt = clock.nowMs();
  for (const { session } of question.sessions) checkProven(stage, arrival, session);
}

/** Exactly the sessions of this user. */
function checkListed(
  stage: Stage,
  user: UserTruth,
  { sessions }: Pick<LimitFrame, 'sessions'>,
): void {
  const { verdict, layer } = stage;
  const areTheirs = sessions.every(({ session }) => {
    return findTruth(stage, session)?.userId === user.id;
  });
  verdict.expect(areTheirs, 'I8', () => `${user.id} was told of a session of somebody else`);
  verdict.expect(
    sessions.length === layer.count(user.id),
    'I1',
    () => `${user.id} was told of ${sessions.length} sessions of ${layer.count(user.id)}`,
  );
}

/** Nobody is asked to end a session while one of them may be dead. */
function checkProven(stage: Stage, arrival: Arrival, id: string): void {
  const truth = findTruth(stage, id);
  const record = truth?.socket?.record;
  if (truth === undefined || truth.socket?.canPing === false || (record?.pingsThatThrew ?? 0) > 0)
    return;
  stage.verdict.expect(
    truth.provenAt >= arrival.since,
    'I3',
    () => `${arrival.name} was asked though ${id} has said nothing since it came`,
  );
}

/** I2: a session has ended because a newcomer of its user, who had been asked, chose it. */
export function checkTakenOver(stage: Stage, { id, userId }: SessionTruth): void {
  const user = userOf(stage, userId);
  const takers = user.arrivals.filter(
    ({ client, askedAt }) => askedAt !== null && client?.takeovers.has(id) === true,
  );
  for (const taker of takers) taker.mayHaveTakenOver = true;
  user.taken.push({ id, takers });
  const mayEnter = takers.some(({ token }) => stage.tokens?.isWelcome(token) !== false);
  stage.verdict.expect(mayEnter, 'I2', () => `${id} was taken over by nobody who may come in`);
}

/** I3: whoever has chosen a session to end is in, or gone, by the end of the step in which it ended. */
export function checkTakers({ verdict }: Stage, { taken, arrivals }: UserTruth): void {
  for (const { id, takers } of taken) {
    const isDone = takers.some((taker) => !arrivals.includes(taker));
    verdict.expect(isDone, 'I3', () => `${id} was taken over, and who has chosen it still waits`);
  }
  taken.length = 0;
}

/** I3: nobody waits for longer than it takes to find out, or to be answered. */
export function checkWait({ verdict, world, clock, settings }: Stage, arrival: Arrival): void {
  const { since, askedAt, name } = arrival;
  const isAsked = askedAt !== null;
  const waited = world.time.leastElapsed(askedAt ?? since, clock.nowMs());
  verdict.expect(
    waited <= (isAsked ? answerMs : settings.probeTimeoutMs) + slackMs,
    'I3',
    () => `${name} ${isAsked ? 'has been asked' : 'waited'} for ${waited} ms`,
  );
}

/** I3: whoever is refused for good was asked before, if it could be, and had all the time there is for its answer. */
export function checkDenied(
  stage: Stage,
  { askedAt, client, name, userId, token }: Arrival,
  { live, limit }: { readonly live: number; readonly limit: number },
): void {
  const { verdict, world, clock, settings, tokens } = stage;
  if (settings.onLimit !== 'ask' || userOf(stage, userId).isLimitNew) return;
  if (askedAt !== null) {
    const waited = world.time.mostElapsed(askedAt, clock.nowMs());
    verdict.expect(
      waited >= answerMs - roundingMs,
      'I3',
      () => `${name} was refused ${waited} ms after it was asked`,
    );
    return;
  }
  const socket = client?.socket;
  const isBroken = socket === undefined || socket.isClosed || socket.hasThrown || socket.hasDropped;
  const isWelcome = tokens?.isWelcome(token) !== false;
  verdict.expect(
    isBroken || !isWelcome || live > limit,
    'I3',
    () => `${name} was refused at ${live} of ${limit} sessions, and not asked`,
  );
}
