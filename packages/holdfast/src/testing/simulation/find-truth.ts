import { SessionTruth } from './session-truth.ts';
import type { Stage } from './stage.ts';

/** The truth about a session, which may be met before its `opened` is told. */
export function findTruth(stage: Stage, id: string): SessionTruth | undefined {
  const known = stage.sessions.get(id);
  if (known !== undefined) return known;
  const session = stage.layer.find(id);
  if (session === null) return undefined;
  const truth = new SessionTruth(session, stage.clock.nowMs());
  stage.sessions.set(id, truth);
  return truth;
}
