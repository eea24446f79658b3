import type { Stage } from './stage.ts';

/** I7: a word of an old socket, or about an old session, comes late and changes nothing. */
export function checkWord(stage: Stage): void {
  const { random, ended, layer, users, verdict, sessions } = stage;
  const truth = random.pick(ended);
  if (truth === undefined) return;
  const before = users.map(({ id }) => layer.count(id)).join();
  const unconfirmed = [...sessions.values()].map(({ session }) => session.unconfirmedBytes).join();
  const { session } = truth;
  stage.isMeddlingOff = true;
  session.ponged(session.pingMark);
  session.heard();
  session.received('{"type":"ping"}');
  session.drained();
  session.ending('close-frame', 1000);
  session.gone();
  verdict.expect(
    !layer.close(session.id),
    'I7',
    () => `${session.id} is over and was closed again`,
  );
  stage.isMeddlingOff = false;
  const after = users.map(({ id }) => layer.count(id)).join();
  verdict.expect(
    before === after && session.state === 'closed',
    'I7',
    () => `a late word of ${session.id} changed the counts from ${before} to ${after}`,
  );
  const unchanged =
    [...sessions.values()].map((one) => one.session.unconfirmedBytes).join() === unconfirmed;
  verdict.expect(unchanged, 'I7', () => `a late word of ${session.id} changed another session`);
}
