import { checkConfirmed } from './check-receipts.ts';
import type { SessionTruth } from './session-truth.ts';
import { type Stage, userOf } from './stage.ts';

/** A replay is as long as a log, and a line as slow as a line: whoever was written to since this is on its way. */
const longestPauseMs = 5_000;

/** I4: with every line in order again, every session has been written everything that is its own, or is on its way. */
export function checkCaughtUp(stage: Stage): void {
  for (const truth of stage.sessions.values()) {
    const { socket } = truth;
    if (socket === null || !isWithoutExcuse(stage, truth)) continue;
    const user = userOf(stage, truth.userId);
    const missing = [...user.eventAt].find(
      ([at, event]) => at > (truth.coveredTo ?? 0) && truth.owns(event),
    );
    stage.verdict.expect(
      missing === undefined,
      'I4',
      () =>
        `${truth.id} has been written up to ${truth.coveredTo} and not ${missing?.[0]}, with its line in order`,
    );
    if (socket.canPing && !socket.hasThrown) checkConfirmed(stage, truth);
  }
}

/** Its line is in order, and has been idle for so long that nothing can be on its way. */
function isWithoutExcuse(
  { clock }: Stage,
  { socket, client, coveredTo, coveredAt }: SessionTruth,
): boolean {
  if (coveredTo === null || client?.isHindered !== false || client.isOver) return false;
  if (socket === null || socket.isClosed) return false;
  // After a write that threw, nothing but a pong or the next event has the layer try again.
  if (socket.hasThrown && !socket.canPing) return false;
  return clock.nowMs() - coveredAt >= longestPauseMs;
}
