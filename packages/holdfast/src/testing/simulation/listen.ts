import type { SessionEvent } from '../../sessions/session-event.ts';
import { checkOpened } from './check-admission.ts';
import { checkClosing } from './check-closing.ts';
import { checkExpired } from './check-delivery.ts';
import { checkSettled } from './check-receipts.ts';
import { checkLineage, hearJudged } from './check-tokens.ts';
import { findTruth } from './find-truth.ts';
import { type Stage, userOf } from './stage.ts';

const mostEnded = 30;

/** Keeps the truth up with what the layer tells, and checks each word of it. */
export function listen(stage: Stage, event: SessionEvent): void {
  if (event.type !== 'pingAnswered') stage.note(() => JSON.stringify(event));
  if (event.type === 'opened') hearOpened(stage, event);
  else if (event.type === 'closed') hearClosed(stage, event);
  else if (event.type === 'refreshed' || event.type === 'refreshRefused') hearJudged(stage, event);
  else if (event.type === 'receiptSettled') checkSettled(stage, event);
  else if (event.type === 'gapTold') userOf(stage, event.user).gapToldAt = stage.clock.nowMs();
  else if (event.type === 'lost' && event.reason === 'expired') hearExpired(stage, event);
  else if (event.type === 'lost' && event.reason === 'broadcast')
    userOf(stage, event.user).unseenNotices += 1;
}

/** A log has ended; or a session was told that the time of some events is over, and that is checked elsewhere. */
function hearExpired(stage: Stage, event: Extract<SessionEvent, { type: 'lost' }>): void {
  const isGap = userOf(stage, event.user).gapToldAt === stage.clock.nowMs();
  if (!isGap) checkExpired(stage, event.user, event.events);
}

function hearOpened(stage: Stage, event: Extract<SessionEvent, { type: 'opened' }>): void {
  const user = userOf(stage, event.user);
  user.openCount += 1;
  const truth = findTruth(stage, event.session);
  if (truth !== undefined) {
    truth.arrivedAt = truth.openedAt - event.waitedMs;
    checkLineage(stage, user, truth);
  }
  checkOpened(stage, user);
}

function hearClosed(stage: Stage, event: Extract<SessionEvent, { type: 'closed' }>): void {
  const { sessions, truthOf, verdict, ended } = stage;
  const user = userOf(stage, event.user);
  user.openCount -= 1;
  const truth = sessions.get(event.session);
  stage.note(
    () => `${event.session} (${truth?.client?.name ?? event.user}) is closed: ${event.cause}`,
  );
  const isFirst = truth !== undefined || user.openCount >= 0;
  verdict.expect(
    isFirst && stage.layer.find(event.session) === null,
    'I7',
    () => `${event.session} was closed twice, or is still there`,
  );
  if (truth === undefined) return;
  checkClosing(stage, truth, event.cause);
  sessions.delete(truth.id);
  if (truth.socket !== null) truthOf.delete(truth.socket);
  ended.push(truth);
  if (ended.length > mostEnded) ended.shift();
}
