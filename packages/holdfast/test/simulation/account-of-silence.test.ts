import { expect, it } from 'vitest';
import { askForSlot, makeClient } from '../../src/testing/simulation/arrive.ts';
import { limitTo } from '../../src/testing/simulation/operator-acts.ts';
import { Play } from '../../src/testing/simulation/play.ts';
import { setStage } from '../../src/testing/simulation/set-stage.ts';

const settings = {
  maxSessionsPerUser: 2,
  pingTimeoutMs: 10_000,
  probeTimeoutMs: 500,
  onLimit: 'deny',
  userConnectRate: null,
} as const;
const world = { seed: 1, life: 1, remembered: [], settings, faults: [], note: () => {} };

it('I2 a limit that is raised while the dead are ended does not make them wait for longer, however long the step takes', async () => {
  const stage = setStage(world);
  const { layer, verdict, users } = stage;
  const [user] = users;
  if (user === undefined) throw new Error('Nobody is in this world.');
  stage.isMeddlingOff = true;
  const play = new Play(stage);
  play.isQuiet = true;
  const knock = (): ReturnType<typeof makeClient> => {
    const client = makeClient(stage, user);
    stage.world.ask(() => askForSlot(stage, user, { client }));
    return client;
  };
  const sleepers = [knock(), knock()];
  await play.pass(1_000);
  const ended: string[] = [];
  layer.subscribe((event) => {
    if (event.type !== 'closed') return;
    ended.push(event.cause);
    if (ended.length > 1) return;
    limitTo(stage, user, 5);
    stage.world.stall(1_000);
  });
  for (const sleeper of sleepers) sleeper.vanish();
  knock();
  knock();
  await play.pass(1_000);
  expect([verdict.violation, ended, layer.count(user.id)]).toEqual([
    null,
    ['no-pong', 'no-pong'],
    2,
  ]);
});
