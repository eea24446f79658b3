import type { OpenOutcome } from '../../sessions/open-request.ts';
import { askForSlot, makeClient } from './arrive.ts';
import { everyClient, mend } from './calm.ts';
import { answerMs } from './check-asking.ts';
import { allowanceMs } from './check-closing.ts';
import { slackMs } from './slack.ts';
import type { Play } from './play.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { Stage } from './stage.ts';
import type { UserTruth } from './user-truth.ts';

/** I3: with every session of every user dead, each owner gets in: within the probe timeout, or when it was told. */
export async function checkReturn(stage: Stage, play: Play): Promise<void> {
  play.isQuiet = true;
  mend(stage);
  for (const client of everyClient(stage)) if (!client.isOver) client.vanish();
  const isAsking = stage.settings.onLimit === 'ask';
  const longestWaitMs = stage.settings.probeTimeoutMs + (isAsking ? answerMs : 0);
  await play.pass(longestWaitMs + stage.random.between(0, 3_000));
  for (const user of stage.users) await checkReturnOf(stage, play, user);
}

async function checkReturnOf(stage: Stage, play: Play, user: UserTruth): Promise<void> {
  const { settings, layer, verdict, clock } = stage;
  if (layer.sessionsOf(user.id).some(({ socket }) => socket?.canPing === false)) return;
  const longestMs = settings.openTimeoutMs + allowanceMs(settings.maxUnconfirmedBytes) + 5_000;
  const deadline = clock.nowMs() + longestMs;
  let promisedAt = Number.POSITIVE_INFINITY;
  while (verdict.violation === null) {
    const told = await comeBack(stage, play, user);
    if (told === null || told.outcome === 'opened') return;
    verdict.expect(
      told.outcome === 'refused' && clock.nowMs() < deadline,
      'I3',
      () => `with all sessions of ${user.id} dead, its owner is ${told.outcome}`,
    );
    if (told.outcome !== 'refused') return;
    const { retryAfterMs = Number.POSITIVE_INFINITY, reason } = told.refusal;
    const againAt = clock.nowMs() + retryAfterMs;
    verdict.expect(
      againAt <= Math.min(deadline, reason === 'user-limit' ? promisedAt + slackMs : deadline),
      'I3',
      () => `the owner of ${user.id} was told to come at ${promisedAt}, and then at ${againAt}`,
    );
    if (reason === 'user-limit') promisedAt = againAt;
    await play.pass(retryAfterMs);
  }
}

/** What a newcomer hears within the longest wait; null when that is nothing, which is a violation. */
async function comeBack(stage: Stage, play: Play, user: UserTruth): Promise<OpenOutcome | null> {
  const { settings, verdict } = stage;
  const admission = askForSlot(stage, user, { client: makePromptClient(stage, user) });
  if (admission.outcome !== 'waiting') return admission;
  let told: OpenOutcome | null = null;
  void admission.settled.then((outcome) => {
    told = outcome;
  });
  await play.pass(settings.probeTimeoutMs + slackMs);
  verdict.expect(told !== null, 'I3', () => `the owner of ${user.id} has not been told anything`);
  return told;
}

/** A client with a good line. */
export function makePromptClient(stage: Stage, user: UserTruth): SimulatedClient {
  for (;;) {
    const client = makeClient(stage, user);
    if (client.socket.canPing && client.longestRoundTripMs < 100) return client;
    client.isOver = true;
    stage.clientOf.delete(client.socket);
  }
}
