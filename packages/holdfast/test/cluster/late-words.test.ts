import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AssertAct, AssertAnswer } from '../../src/sessions/store/acts.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { ClusterHouse } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

const user = { userId: 'ada' };

/** A link by which acts pass, while nobody has noticed that nothing is heard by it any more. */
class DeafLink extends TestLink {
  isDeaf = false;

  override tell(deliver: () => void): boolean {
    return this.isDeaf || super.tell(deliver);
  }
}

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

  it('I4 a node that has not heard of a failover finds out as it reads on, and tells the gap before what follows', async () => {
    const house = new ClusterHouse();
    const link = new DeafLink();
    const [one, two] = [await house.join({}, { link }), await house.join()];
    const { socket } = await house.enter(one, user);
    const publish = (data: string): Promise<unknown> =>
      two.node.publish('ada', { event: 'tick', data });
    await publish('kept');
    await house.run(50);
    const snapshot = house.server.snapshot();
    await publish('lost');
    await house.run(50);
    link.isDeaf = true;
    house.server.rollBack(snapshot);
    for (const data of ['other', 'more']) await publish(data);
    await house.run(2_000);
    const words = socket.frames.slice(1).map(({ type, reason, data }) => [type, reason ?? data]);
    expect(words.slice(0, 3)).toEqual([
      ['event', 'kept'],
      ['event', 'lost'],
      ['gap', 'epoch'],
    ]);
  });
});
