import type { CloseCause } from '../../protocol/close-causes.ts';
import { checkTakenOver } from './check-asking.ts';
import { checkDrained } from './check-drained.ts';
import { checkTokenEnded, noteRevoked } from './check-tokens.ts';
import type { SessionTruth } from './session-truth.ts';
import { type Stage, userOf } from './stage.ts';
import type { UserTruth } from './user-truth.ts';
import type { Provocation } from './wire-record.ts';

/** A line slower than this may be given up: what the layer promises (SPEC.md, I2). */
const slowestBytesPerSecond = 32 * 1024;
/** The layer counts whole milliseconds. */
const roundingMs = 2;

const provokedBy: Partial<Record<CloseCause, Provocation>> = {
  'client-close': 'close-frame',
  'connection-lost': 'gone',
  'invalid-frame': 'invalid',
  'too-big': 'too-big',
  'bad-frame': 'bad-frame',
  'message-rate': 'flood',
};

type ClosingCheck = (stage: Stage, truth: SessionTruth) => void;

/** Causes that need more than that the client provoked them, or somebody ordered them. */
const checks: Partial<Record<CloseCause, ClosingCheck>> = {
  'no-pong': checkNoPong,
  'transport-closed': checkTransportClosed,
  'open-timeout': checkOpenTimeout,
  slow: checkSlow,
  evicted: checkEviction,
  superseded: checkSuperseded,
  shutdown: checkDrained,
  'taken-over': checkTakenOver,
  'token-expired': checkTokenEnded,
  revoked: noteRevoked,
};

/** I2: a session has just ended; was there a reason that is a fact of the world? */
export function checkClosing(stage: Stage, truth: SessionTruth, cause: CloseCause): void {
  truth.endedAs = cause;
  const check = checks[cause];
  if (check === undefined) checkProvoked(stage, truth, cause);
  else check(stage, truth);
}

/** How much longer than its patience a ping may be out that has this many bytes in front of it. */
export function allowanceMs(bytes: number): number {
  return Math.ceil((bytes * 1000) / slowestBytesPerSecond);
}

function checkNoPong(stage: Stage, truth: SessionTruth): void {
  const { verdict, settings, world, clock } = stage;
  const record = truth.socket?.record;
  const ping = record?.ping ?? null;
  verdict.expect(ping !== null, 'I2', () => `${truth.id} ended for silence, but no ping was out`);
  if (ping === null || record === undefined) return;
  const user = userOf(stage, truth.userId);
  const isNeeded = isSlotNeeded(stage, user);
  const patienceMs =
    (isNeeded ? settings.probeTimeoutMs : settings.pingTimeoutMs) + allowanceMs(ping.unconfirmed);
  const base = Math.max(ping.at, record.heardAt);
  const waited = world.time.mostElapsed(base, clock.nowMs());
  verdict.expect(
    waited >= patienceMs - roundingMs,
    'I2',
    () => `${truth.id} ended for silence after ${waited} ms, patience is ${patienceMs} ms`,
  );
  const isUnread = record.unread.some(
    (at) => world.time.mostElapsed(base, at) < patienceMs - roundingMs,
  );
  verdict.expect(
    !isUnread,
    'I11',
    () => `${truth.id} ended for silence while its answer, in time, lay unread`,
  );
  const isHealthy = truth.client?.wasHealthySince(ping.at) === true && hasSaneLine(stage, truth);
  verdict.expect(
    !isHealthy,
    'I2',
    () => `${truth.id} ended for silence, but its client runs and its line carries`,
  );
}

/** A newcomer of this user is there, and found no slot free. */
function isSlotNeeded({ settings }: Stage, user: UserTruth): boolean {
  if (user.isLimitNew) return user.arrivals.length > 0;
  return user.arrivals.some(
    ({ brought }) => user.lastCount >= user.limitFor(brought, settings.maxSessionsPerUser),
  );
}

/** Good enough that an answer always comes within the shortest patience. */
function hasSaneLine({ settings }: Stage, { client }: SessionTruth): boolean {
  if (client === null) return false;
  const isPrompt = client.longestRoundTripMs < settings.probeTimeoutMs * 0.8;
  return isPrompt && client.traits.down.bytesPerSecond > slowestBytesPerSecond * 1.05;
}

function checkTransportClosed({ verdict }: Stage, { id, socket }: SessionTruth): void {
  verdict.expect(
    socket?.isClosed === true,
    'I2',
    () => `${id} ended as closed, but its connection is open`,
  );
}

function checkOpenTimeout({ verdict, settings, world, clock }: Stage, truth: SessionTruth): void {
  const waited = world.time.mostElapsed(truth.openedAt, clock.nowMs());
  const isDue = truth.socket === null && waited >= settings.openTimeoutMs - roundingMs;
  verdict.expect(
    isDue,
    'I2',
    () =>
      `${truth.id} ended as never attached after ${waited} ms${truth.socket === null ? '' : ', but it was'}`,
  );
}

/** A session ends as slow by policy, or because it asked and did not read; or the engine would not take an answer. */
function checkSlow(
  { verdict, settings }: Stage,
  { id, socket, coveredTo, orders }: SessionTruth,
): void {
  const isAllowed = settings.onSlow === 'close' || orders.has('slow') || coveredTo === null;
  const isBroken =
    socket === null || socket.isClosed || !socket.canPing || socket.hasThrown || socket.hasDropped;
  const isAsking = socket?.record.provocations.has('flood') === true;
  verdict.expect(
    isAllowed || isBroken || isAsking,
    'I2',
    () => `${id} ended as slow, but neither its client nor its engine is`,
  );
}

function checkEviction(stage: Stage, truth: SessionTruth): void {
  const { verdict, settings, clock } = stage;
  const user = userOf(stage, truth.userId);
  verdict.expect(
    settings.onLimit === 'evict-oldest',
    'I2',
    () => `${truth.id} was evicted, which nobody allowed`,
  );
  const since = clock.nowMs() - user.evictedAt;
  verdict.expect(
    since >= 60_000 - roundingMs,
    'I2',
    () => `${truth.id} was evicted ${since} ms after the last eviction of its user`,
  );
  user.evictedAt = clock.nowMs();
}

/** Its client is back with its ticket, or with that of its predecessor. */
function checkSuperseded(stage: Stage, { id, userId, session }: SessionTruth): void {
  const claiming = userOf(stage, userId).arrivals.filter(
    ({ memory }) => memory !== null && lineageOf(memory.ticket) === session.lineage,
  );
  for (const arrival of claiming) arrival.mayHaveSucceeded = true;
  stage.verdict.expect(claiming.length > 0, 'I2', () => `${id} was superseded by nobody`);
}

/** What a ticket says of itself: see the layout in tickets.ts. */
function lineageOf(ticket: string): number {
  return Number.parseInt(ticket, 10);
}

function checkProvoked(stage: Stage, truth: SessionTruth, cause: CloseCause): void {
  const provocation = provokedBy[cause];
  const was =
    provocation !== undefined && truth.socket?.record.provocations.has(provocation) === true;
  const isClosed = cause === 'connection-lost' && (truth.socket === null || truth.socket.isClosed);
  const isOrdered = truth.orders.has(cause);
  stage.verdict.expect(
    was || isClosed || isOrdered,
    'I2',
    () => `${truth.id} ended as ${cause}, for which there was no reason`,
  );
}
