import { lingerMs } from '../../sessions/lingering.ts';
import { askForSlot } from './arrive.ts';
import { everyClient, mend } from './calm.ts';
import { makePromptClient } from './check-return.ts';
import type { Play } from './play.ts';
import { publish } from './publish-acts.ts';
import type { Stage } from './stage.ts';

/**
 * I1, I4, I5: in the middle of everything the layer is drained, with events on their way, clients that will never answer,
 * and newcomers. What must hold for each session is checked when it ends; in the end there is nothing left.
 */
export async function checkDrain(stage: Stage, play: Play): Promise<void> {
  const { random, users, layer, clock } = stage;
  play.isQuiet = true;
  mend(stage);
  for (const client of everyClient(stage)) {
    if (client.isOver || !random.chance(0.2)) continue;
    if (random.chance(0.5)) client.freeze();
    else client.vanish();
  }
  for (const user of users) {
    const many = random.between(0, 30);
    for (let count = 0; count < many; count += 1) publish(stage, user, undefined);
  }
  const withinMs = random.oneOf([30_000, 10_000, 3_000]);
  stage.isDraining = true;
  stage.drainedBy = clock.nowMs() + withinMs;
  stage.promises += 1;
  void layer.drain({ withinMs }).then(() => {
    stage.promises -= 1;
  });
  await play.pass(random.between(0, 500));
  comeTooLate(stage);
  await play.pass(withinMs + lingerMs + 5_000);
  checkOver(stage);
}

/** I1: nobody is let in; and who is still there is given what is published. */
function comeTooLate(stage: Stage): void {
  const { users, verdict, layer } = stage;
  for (const user of users) {
    const { outcome } = askForSlot(stage, user, { client: makePromptClient(stage, user) });
    verdict.expect(
      outcome === 'refused',
      'I1',
      () => `a newcomer of ${user.id} was ${outcome} while the layer was drained`,
    );
    // Whoever was let in all the same is not there to be published to: the layer may be over.
    if (outcome === 'refused' && layer.count(user.id) > 0) publish(stage, user, undefined);
  }
}

function checkOver({ layer, verdict, sessions, clock }: Stage): void {
  const { sweep, ...left } = layer.gauges();
  verdict.expect(
    layer.isOver && sessions.size === 0 && Object.values(left).every((value) => value === 0),
    'I5',
    () => `a drain has left ${JSON.stringify(left)}, sweep: ${sweep.running}`,
  );
  verdict.expect(clock.timerCount <= 0, 'I5', () => `a drain has left ${clock.timerCount} timers`);
}
