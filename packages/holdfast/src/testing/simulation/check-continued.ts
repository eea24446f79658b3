import type { SessionTruth } from './session-truth.ts';
import type { Memory } from './simulated-client.ts';
import { type Stage, userOf } from './stage.ts';

/**
 * I4: where a client reads on that has brought a ticket and no position: after what the session it has taken the place of
 * is known to have, by its acks and pongs. What was not for that session may be jumped over.
 *
 * @param offset where the new session begins, or the place before the gap it was told; null where that gap has no beginning
 * @returns what it has brought, as if it had said so itself; null where there was no session to read on from
 */
export function checkContinued(
  stage: Stage,
  truth: SessionTruth,
  { memory, offset }: { readonly memory: Memory; readonly offset: number | null },
): Memory | null {
  const old = predecessorOf(stage, truth);
  if (old === null || !mayBeSuperseded(old)) return null;
  const knownTo = old.socket?.record.knownTo ?? 0;
  const epoch = stage.layer.node;
  if (offset === null) return { ...memory, epoch, offset: knownTo };
  const jumped = [...userOf(stage, truth.userId).eventAt].find(
    ([at, event]) => at > knownTo && at <= offset && truth.owns(event),
  );
  stage.verdict.expect(
    offset >= knownTo && jumped === undefined,
    'I4',
    () => `${truth.id} reads on after ${offset}, and ${old.id} is known to have all to ${knownTo}`,
  );
  return { ...memory, epoch, offset };
}

/** I4: whoever has brought a position, or has taken the place of a session with its ticket, does not begin as if it were new. */
export function checkNotContinued(
  stage: Stage,
  truth: SessionTruth,
  { hasPosition }: Memory,
): void {
  const old = predecessorOf(stage, truth);
  const isHeir = old?.endedAs === 'superseded' && old.coveredTo !== null;
  stage.verdict.expect(
    !hasPosition && !isHeir,
    'I4',
    () => `${truth.id} begins as if it were new, and its client has come back`,
  );
}

/** The session before it of the same client, as far back as is remembered. */
function predecessorOf({ sessions, ended }: Stage, truth: SessionTruth): SessionTruth | null {
  const others = [...ended, ...sessions.values()].filter((other) => other !== truth);
  return others.findLast(({ session }) => session.lineage === truth.session.lineage) ?? null;
}

/** What has just ended is told to everybody in turn, and may not have been told here. */
function mayBeSuperseded({ endedAs, coveredTo }: SessionTruth): boolean {
  return coveredTo !== null && (endedAs === 'superseded' || endedAs === null);
}
