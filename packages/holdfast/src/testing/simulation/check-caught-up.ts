import { checkConfirmed } from './check-receipts.ts';
import { type Stage, userOf } from './stage.ts';

/** A replay is as long as a log, and a line as slow as a line: whoever was written to since this is on its way. */
const longestPauseMs = 5_000;

/** I4: with every line in order again, every session has been written everything that is its own, or is on its way. */
export function checkCaughtUp(stage: Stage): void {
  for (const truth of stage.sessions.values()) {
    const user = userOf(stage, truth.userId);
    if (truth.coveredTo === null || truth.client?.isHindered !== false || truth.client.isOver)
      continue;
    if (truth.socket === null || truth.socket.isClosed) continue;
    if (stage.clock.nowMs() - truth.coveredAt < longestPauseMs) continue;
    // After a write that threw, nothing but a pong or the next event has the layer try again.
    if (truth.socket.hasThrown && !truth.socket.canPing) continue;
    const missing = [...user.eventAt].find(
      ([at, event]) => at > (truth.coveredTo ?? 0) && truth.owns(event),
    );
    stage.verdict.expect(
      missing === undefined,
      'I4',
      () =>
        `${truth.id} has been written up to ${truth.coveredTo} and not ${missing?.[0]}, with its line in order`,
    );
    if (truth.socket.canPing && !truth.socket.hasThrown) checkConfirmed(stage, truth);
  }
}
