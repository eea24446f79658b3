import { lingerMs } from '../../sessions/lingering.ts';
import { beatMs } from '../../sessions/pulse.ts';
import type { SessionTruth } from './session-truth.ts';
import { type Stage, userOf } from './stage.ts';

/** A session that is closed for its instant is closed a few beats before it. */
const aheadMs = 6 * beatMs;
const roundingMs = 2;

/** What a session has been told of the drain: when to come back; and what it is owed from before. */
export function noteDrain(stage: Stage, truth: SessionTruth, reconnectInMs: number): void {
  const user = userOf(stage, truth.userId);
  truth.returnsAt = stage.clock.nowMs() + reconnectInMs;
  const owed = [...user.eventAt].filter(([, event]) => truth.owns(event)).map(([at]) => at);
  truth.owedTo = Math.max(0, ...owed);
}

/** I4: a session has ended for the drain: in time, with the instant it was told, and with everything it was owed. */
export function checkDrained(stage: Stage, truth: SessionTruth): void {
  const { verdict, clock, drainedBy } = stage;
  const { id, returnsAt, socket, client, owedTo } = truth;
  verdict.expect(stage.isDraining, 'I2', () => `${id} ended for a drain that there is none of`);
  if (returnsAt === null || socket === null) return;
  const now = clock.nowMs();
  const { retryMs } = socket.record;
  verdict.expect(
    retryMs === null || Math.abs(Math.max(returnsAt, now) - now - retryMs) <= roundingMs,
    'I4',
    () => `${id} was told to return at ${returnsAt}, and at ${now} in ${retryMs} ms`,
  );
  if (now >= Math.min(returnsAt - aheadMs, drainedBy - lingerMs)) return;
  const readTo = socket.canPing ? (client?.memory?.offset ?? 0) : (truth.coveredTo ?? 0);
  verdict.expect(
    readTo >= owedTo,
    'I4',
    () => `${id} was closed early by a drain with ${owedTo} published and ${readTo} confirmed`,
  );
}
