import type { RefreshedToken, SessionHooks } from '../../sessions/hooks.ts';
import type { Session } from '../../sessions/session.ts';
import { checkHook } from './check-receipts.ts';
import { checkJudging } from './check-tokens.ts';
import { findTruth } from './find-truth.ts';
import type { Stage } from './stage.ts';

type Worth = RefreshedToken | null;

/** An application that is quick, slow, silent or broken, as it comes. */
export function simulatedHooks(stageOf: () => Stage): SessionHooks {
  return {
    onSession: (session) => {
      const stage = stageOf();
      if (!isFailing(stage, 0.2)) return undefined;
      findTruth(stage, session.id)?.orders.add('failed');
      return fail(stage);
    },
    onMessage: () => {
      const stage = stageOf();
      if (isFailing(stage, 0.5)) return fail(stage);
      return answer(stage);
    },
    onRefresh: (session, text) => judge(stageOf(), session, text),
    onClose: () => {
      const stage = stageOf();
      return isFailing(stage, 0.3) ? fail(stage) : undefined;
    },
    onUndelivered: (event) => {
      const stage = stageOf();
      checkHook(stage, event);
      return isFailing(stage, 0.3) ? fail(stage) : undefined;
    },
  };
}

/** What a newer token is worth, told at once, a while later, too late or never. */
function judge(stage: Stage, session: Session, text: string): Worth | Promise<Worth> {
  const { random, clock, tokens } = stage;
  const found = tokens?.find(text) ?? null;
  const isGood = found?.userId === session.userId && tokens?.isInForce(found) === true;
  const token = isGood ? found : null;
  const judgement = checkJudging(stage, session, token);
  if (isFailing(stage, 0.3)) {
    judgement.answer = 'failed';
    return fail(stage);
  }
  const draw = random.next();
  const told = token === null ? 'refreshRefused' : 'refreshed';
  if (draw < 0.05) return new Promise(() => {});
  const worth = token === null ? null : { extra: token, expiresAt: token.endsAt };
  if (draw < 0.6) {
    judgement.answer = told;
    return worth;
  }
  stage.promises += 1;
  return new Promise((resolve) => {
    clock.inPoll(random.between(0, 3_000), () => {
      stage.promises -= 1;
      judgement.answer = told;
      resolve(worth);
    });
  });
}

function isFailing({ failing, random }: Stage, share: number): boolean {
  return failing.hook && random.chance(share);
}

/** Throws, or rejects at once or a while later. */
function fail(stage: Stage): Promise<never> {
  const { random, tally, clock } = stage;
  if (random.chance(0.4)) {
    tally.hook += 1;
    throw new Error('a hook failed, as asked');
  }
  stage.promises += 1;
  return new Promise((_resolve, reject) => {
    clock.inPoll(random.between(0, 500), () => {
      stage.promises -= 1;
      tally.hook += 1;
      reject(new Error('a hook rejected, as asked'));
    });
  });
}

function answer(stage: Stage): Promise<void> | undefined {
  const { random, clock, world, faults } = stage;
  const draw = random.next();
  if (draw < 0.01 && faults.has('stall')) world.stall(random.between(100, 5_000));
  if (draw < 0.5) return undefined;
  if (draw < 0.52) return new Promise(() => {});
  stage.promises += 1;
  return new Promise((resolve) => {
    clock.inPoll(random.between(0, 3_000), () => {
      stage.promises -= 1;
      resolve();
    });
  });
}
