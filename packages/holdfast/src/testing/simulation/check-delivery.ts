import type { ReadyFrame } from '../../protocol/frames.ts';
import { checkAsking } from './check-asking.ts';
import { noteDrain } from './check-drained.ts';
import { checkReady } from './check-ready.ts';
import { checkRefreshed } from './check-tokens.ts';
import type { ReceiptTruth } from './receipt-truth.ts';
import type { SessionTruth } from './session-truth.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import { comingTo, isPushedOut } from './pushed-out.ts';
import { type Stage, userOf } from './stage.ts';
import type { Announced, UserTruth } from './user-truth.ts';

interface WrittenFrame {
  readonly type: string;
  readonly offset?: number;
  readonly from?: number;
  readonly to?: number;
  readonly reason?: string;
  readonly reconnectInMs?: number;
  readonly expiresAt?: number;
  readonly data?: { readonly n: number; readonly u: string | null };
}

/** I4, I8, I12: the process has just written this to a connection. */
export function checkWritten(
  stage: Stage,
  socket: SimulatedSocket,
  written: { text: string; bytes: number },
): void {
  const frame = JSON.parse(written.text) as WrittenFrame;
  checkWindow(stage, socket, { type: frame.type, bytes: written.bytes });
  if (frame.type === 'ready') {
    checkReady(stage, socket, JSON.parse(written.text) as ReadyFrame);
    return;
  }
  if (checkAsking(stage, socket, frame)) return;
  const truth = stage.truthOf.get(socket);
  const isOurs = truth !== undefined && truth.coveredTo !== null;
  stage.verdict.expect(
    isOurs,
    'I7',
    () => `a ${frame.type} frame was written to a connection without a session`,
  );
  if (truth === undefined) return;
  if (frame.type === 'event') checkEvent(stage, truth, frame);
  if (frame.type === 'refreshed') checkRefreshed(stage, truth, frame);
  if (frame.type === 'drain') noteDrain(stage, truth, frame.reconnectInMs ?? Number.NaN);
  if (frame.type === 'gap' && frame.reason === 'broadcast') checkNotice(stage, truth, frame);
  else if (frame.type === 'gap') checkGap(stage, truth, frame);
}

/** Events keep to the window; answers may go beyond it by the size of a log. */
function checkWindow(
  { verdict, settings }: Stage,
  { record, canPing }: SimulatedSocket,
  { type, bytes }: { type: string; bytes: number },
): void {
  const isEvent = type === 'event' || type === 'gap';
  const most = settings.maxUnconfirmedBytes + (isEvent ? 0 : settings.historyBytes);
  const isFirst = record.unconfirmed === bytes;
  verdict.expect(
    !canPing || isFirst || record.unconfirmed <= most,
    'I12',
    () => `${record.unconfirmed} bytes are unconfirmed after ${type}, ${most} may be`,
  );
}

function checkEvent(stage: Stage, truth: SessionTruth, { offset = -1, data }: WrittenFrame): void {
  const { verdict, announced } = stage;
  const user = userOf(stage, truth.userId);
  const event = announced.get(data?.n ?? -1);
  verdict.expect(event !== undefined, 'I4', () => `${truth.id} was sent an event nobody published`);
  if (event === undefined) return;
  const isTheirs = event.userId === null || event.userId === truth.userId;
  verdict.expect(
    isTheirs,
    'I8',
    () => `${truth.id} of ${truth.userId} was sent event ${event.number} of ${event.userId}`,
  );
  verdict.expect(
    truth.owns(event),
    'I8',
    () => `${truth.id} was sent an event for ${event.onlyFor} alone`,
  );
  placeEvent(stage, user, { event, offset });
  const coveredTo = truth.coveredTo ?? 0;
  verdict.expect(
    offset > coveredTo,
    'I4',
    () => `${truth.id} was sent offset ${offset} after ${coveredTo}`,
  );
  checkSkipped(stage, truth, offset);
  cover(stage, truth, offset);
  if (event.receipt !== null) checkInTime(stage, truth, event.receipt);
}

/** I4: after its time nobody is written an event any more. */
function checkInTime({ verdict, clock }: Stage, truth: SessionTruth, receipt: ReceiptTruth): void {
  const { number, endsAt } = receipt;
  verdict.expect(
    clock.nowMs() < endsAt,
    'I4',
    () => `${truth.id} was sent event ${number}, whose time was over at ${endsAt}`,
  );
  truth.tracked.add(receipt);
}

/** Between what a session has and this offset there is nothing of its own. */
function checkSkipped(stage: Stage, truth: SessionTruth, offset: number): void {
  const user = userOf(stage, truth.userId);
  const coveredTo = truth.coveredTo ?? 0;
  for (let skipped = coveredTo + 1; skipped < offset; skipped += 1) {
    const event = user.eventAt.get(skipped);
    const isNobodys =
      event === undefined && (skipped <= user.prehistoryTo || stage.publishing.length > 0);
    const isOthers = event !== undefined && !truth.owns(event);
    stage.verdict.expect(
      isNobodys || isOthers,
      'I4',
      () => `${truth.id} was sent ${offset} after ${coveredTo}; ${skipped} is missing`,
    );
  }
}

/** Broadcasts are missing, and at this place of the log that is said, to everybody who comes past it. */
function checkNotice(stage: Stage, truth: SessionTruth, { offset = -1 }: WrittenFrame): void {
  const user = userOf(stage, truth.userId);
  const isLate = offset > (truth.coveredTo ?? 0);
  const isFree = stage.scenario.hasBroadcasts && !user.eventAt.has(offset);
  stage.verdict.expect(
    isLate && isFree,
    'I4',
    () => `${truth.id} was told of missing broadcasts at ${offset} after ${truth.coveredTo}`,
  );
  checkSkipped(stage, truth, offset);
  user.placeNotice(offset);
  cover(stage, truth, offset);
}

function checkGap(
  stage: Stage,
  truth: SessionTruth,
  { from = -1, to = -1, offset, reason }: WrittenFrame,
): void {
  const { verdict } = stage;
  const user = userOf(stage, truth.userId);
  const coveredTo = truth.coveredTo ?? 0;
  verdict.expect(
    from > coveredTo && to >= from && offset === to,
    'I4',
    () => `${truth.id} was told a gap from ${from} to ${to} after ${coveredTo}`,
  );
  checkSkipped(stage, truth, from);
  const isGone =
    reason === 'expired' ? isOver(stage, truth, { from, to }) : isPushedOut(stage, user, to);
  verdict.expect(
    isGone,
    'I4',
    () =>
      `${truth.id} was told a gap (${reason}) up to ${to} of the log to ${user.lastOffset}, which is there`,
  );
  const hasEvents =
    comingTo(stage, user).length + user.unseenNotices > 0 || isKnownBetween(user, { from, to });
  verdict.expect(
    hasEvents,
    'I4',
    () => `${truth.id} was told a gap from ${from} to ${to}, in which there never was an event`,
  );
  cover(stage, truth, to);
}

/** Whether an event, or a word about missing ones, has been seen in these places. */
function isKnownBetween(
  { eventAt, noticesAt }: UserTruth,
  { from, to }: { from: number; to: number },
): boolean {
  for (let at = from; at <= to; at += 1) if (eventAt.has(at) || noticesAt.has(at)) return true;
  return false;
}

/** Every event of its own between the two is one whose time is over. */
function isOver(
  stage: Stage,
  truth: SessionTruth,
  { from, to }: { from: number; to: number },
): boolean {
  const { clock, publishing } = stage;
  const { eventAt } = userOf(stage, truth.userId);
  for (let at = from; at <= to; at += 1) {
    const event = eventAt.get(at);
    if (event === undefined && publishing.length === 0) return false;
    if (event !== undefined && clock.nowMs() < (event.receipt?.endsAt ?? Number.POSITIVE_INFINITY))
      return false;
  }
  return true;
}

/** An event has been seen at this place: it must have no other. */
export function placeEvent(
  { verdict }: Stage,
  user: UserTruth,
  { event, offset }: { event: Announced; offset: number },
): void {
  const known = user.offsetOf.get(event.number);
  verdict.expect(
    known === undefined || known === offset,
    'I4',
    () => `event ${event.number} of ${user.id} is at ${known} and at ${offset}`,
  );
  const other = user.eventAt.get(offset);
  verdict.expect(
    other === undefined || other === event,
    'I4',
    () => `offset ${offset} of ${user.id} is event ${other?.number} and ${event.number}`,
  );
  user.place(event, offset);
}

function cover(stage: Stage, truth: SessionTruth, offset: number): void {
  const user = userOf(stage, truth.userId);
  truth.coveredTo = offset;
  if (truth.socket !== null) truth.socket.record.coveredTo = offset;
  truth.coveredAt = stage.clock.nowMs();
  user.deliveredTo = Math.max(user.deliveredTo, offset);
}

/** I4: what reached nobody before its log aged out has been counted as lost. */
export function checkExpired(stage: Stage, userId: string, events: number): void {
  const user = userOf(stage, userId);
  const undelivered = [...user.eventAt].filter(([at]) => at > user.deliveredTo && at > user.lostTo);
  const forAll = undelivered.filter(
    ([, { onlyFor, receipt }]) => onlyFor === null && receipt === null,
  ).length;
  stage.verdict.expect(
    events >= forAll,
    'I4',
    () => `${events} events of ${userId} were told as lost, ${forAll} reached nobody`,
  );
  user.lostTo = user.lastOffset;
}
