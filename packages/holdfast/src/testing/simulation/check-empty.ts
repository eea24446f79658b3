import { everyClient, longestGhostMs, mend } from './calm.ts';
import { checkAllSettled } from './check-receipts.ts';
import type { Play } from './play.ts';
import type { Stage } from './stage.ts';

/** I5: everybody goes, the logs age out, and nothing is left but the timer of the sweep. */
export async function checkEmpty(stage: Stage, play: Play): Promise<void> {
  const { settings, random, layer, verdict, clock, sessions } = stage;
  play.isQuiet = true;
  mend(stage);
  const isShutDown = random.chance(0.5);
  if (isShutDown) shutDown(stage);
  sendEverybodyAway(stage);
  await play.pass(longestGhostMs(settings) * 2 + settings.resumeWindowMs * 2);
  const { sweep, ...left } = layer.gauges();
  verdict.expect(
    Object.values(left).every((value) => value === 0),
    'I5',
    () =>
      `after everybody has gone there is left: ${JSON.stringify(left)}, sweep: ${sweep.running}`,
  );
  const timers = isShutDown ? 0 : 1;
  verdict.expect(
    clock.timerCount <= timers,
    'I5',
    () => `after everybody has gone ${clock.timerCount} timers are set, ${timers} may be`,
  );
  verdict.expect(sessions.size === 0, 'I5', () => `${sessions.size} sessions never ended`);
  checkAllSettled(stage);
}

function shutDown(stage: Stage): void {
  stage.isDraining = true;
  stage.promises += 1;
  void stage.layer.shutdown().then(() => {
    stage.promises -= 1;
  });
}

/** Half of them say goodbye, the others vanish; where silence proves nothing, the engine has to notice. */
function sendEverybodyAway(stage: Stage): void {
  const { random, sessions } = stage;
  for (const client of everyClient(stage)) {
    if (client.isOver) continue;
    if (random.chance(0.5)) client.leave(random.chance(0.5));
    else client.vanish();
  }
  for (const { socket } of sessions.values()) if (socket?.canPing === false) socket.terminate();
}
