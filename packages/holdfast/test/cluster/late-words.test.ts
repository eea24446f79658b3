import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AssertAct, AssertAnswer } from '../../src/sessions/store/acts.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { ClusterHouse } from './cluster-house.ts';

const user = { userId: 'ada' };

/** A store of whose assertions the node hears later than of what was sent meanwhile. */
class OvertakenStore extends MemoryStore {
  meanwhile: (act: AssertAct) => void = () => {};

  override async assertRows(act: AssertAct): Promise<AssertAnswer> {
    const answer = await super.assertRows(act);
    this.meanwhile(act);
    await turnOfLoop();
    return answer;
  }
}

describe('what the store says that comes late, or not at all', () => {
  it('I1 a session that is ended while an assertion names it leaves no row behind', async () => {
    const house = new ClusterHouse();
    const store = new OvertakenStore(house.server);
    const one = await house.join({}, { store });
    const { socket, outcome } = await house.enter(one, user);
    const session = outcome?.outcome === 'opened' ? outcome.session.generation : 0;
    store.meanwhile = ({ node }) =>
      void house.server.send(node, { type: 'replaced', user: 'ada', session, cause: 'superseded' });
    await house.run(1_100);
    expect(socket.closes[0]?.code).toBe(4409);
    expect(await house.rowsOf('ada')).toBe(0);
  });
});
