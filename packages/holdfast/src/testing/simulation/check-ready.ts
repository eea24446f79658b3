import type { ReadyFrame } from '../../protocol/frames.ts';
import { checkNotContinued } from './check-continued.ts';
import { checkResumed } from './check-resumed.ts';
import { takeToken } from './check-tokens.ts';
import { findTruth } from './find-truth.ts';
import type { SessionTruth } from './session-truth.ts';
import type { Memory } from './simulated-client.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import { type Stage, userOf } from './stage.ts';
import type { Announced } from './user-truth.ts';

/** I1, I4, I7, I8: a session was given to a connection. */
export function checkReady(stage: Stage, socket: SimulatedSocket, frame: ReadyFrame): void {
  const { verdict, layer, clientOf } = stage;
  const truth = findTruth(stage, frame.session);
  verdict.expect(truth !== undefined, 'I7', () => `ready names ${frame.session}, which is none`);
  if (truth === undefined) return;
  const { id, userId } = truth;
  const client = clientOf.get(socket) ?? null;
  const isTheirs = (client === null || client.userId === userId) && frame.user === userId;
  verdict.expect(isTheirs, 'I8', () => `${id} of ${userId} was given to ${client?.userId}`);
  verdict.expect(truth.coveredTo === null, 'I7', () => `${id} was greeted twice`);
  const count = layer.count(userId);
  verdict.expect(
    frame.sessions === count,
    'I1',
    () => `ready tells ${frame.sessions} sessions, there are ${count}`,
  );
  truth.socket = socket;
  truth.client = client;
  truth.coveredTo = frame.offset;
  socket.record.greeted(truth.coveredTo);
  stage.truthOf.set(socket, truth);
  const arrival = userOf(stage, userId).arrivals.find((one) => one.client === client);
  takeToken(stage, truth, arrival?.token ?? null);
  if (frame.resume.outcome === 'new') checkNew(stage, truth, arrival?.memory ?? null);
  else checkResumed(stage, truth, frame.resume);
}

/** A session that was not told of a position begins as new, and its client has brought none. */
function checkNew(stage: Stage, truth: SessionTruth, memory: Memory | null): void {
  if (memory !== null) checkNotContinued(stage, truth, memory);
  checkStart(stage, truth, truth.coveredTo ?? -1);
}

/** A session begins after what was delivered before, and what lies between has been told as lost. */
function checkStart(stage: Stage, { id, userId }: SessionTruth, offset: number): void {
  const { verdict } = stage;
  const user = userOf(stage, userId);
  const { deliveredTo, lostTo } = user;
  verdict.expect(
    offset >= deliveredTo,
    'I4',
    () => `${id} begins after ${offset}, though ${deliveredTo} was delivered before`,
  );
  if (offset === deliveredTo) return;
  for (const [missed, event] of user.eventAt) {
    const isBetween = missed > deliveredTo && missed <= offset;
    verdict.expect(
      !isBetween || missed <= lostTo || event.onlyFor !== null || isToldLost(event),
      'I4',
      () => `${id} begins after ${offset}; the event at ${missed} reached nobody, untold`,
    );
  }
}

/** Whoever published it was told that nobody got it, or is about to be. */
function isToldLost({ receipt }: Announced): boolean {
  return receipt !== null && receipt.outcome !== 'delivered';
}
