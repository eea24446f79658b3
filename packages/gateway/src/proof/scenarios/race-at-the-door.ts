import { once } from 'node:events';
import { connect } from 'node:net';
import { demand } from '../finding.ts';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandAlive } from './survivors.ts';
import { upgradeHead } from './by-hand.ts';

const settleMs = 3_000;

const oneTicket: Scenario = {
  name: 'race/two-sockets-with-one-ticket',
  category: 'race',
  claim:
    'Two connections that bring one ticket at once take one slot between them, and the siblings live.',
  covers: ['I1', 'I7', 'FM-03', 'FM-15'],
  async run(stage) {
    const { limit } = stage.settings;
    for (let round = 0; round < 5; round += 1) {
      const user = stage.user(`twins-${round}`);
      const [owner, ...siblings] = await stage.mustFill(user, limit);
      if (owner === undefined) return;
      const request = { user, resume: owner.position };
      const twins = await Promise.all([stage.connect(request), stage.connect(request)]);
      const isOver = await owner.until(() => owner.end !== null, settleMs);
      demand(isOver, {
        expected: 'the session whose ticket was brought to end',
        got: 'it goes on beside its successor',
        cause: 'A client that comes back leaves its old session behind.',
      });
      const open = twins.flatMap((twin) => (twin.isOpen ? [twin.client] : []));
      // The first of them may be superseded by the second before the second is refused, never both.
      await stage.eventually(
        () => Promise.resolve(open.filter(({ end }) => end === null).length <= 1),
        settleMs,
      );
      await demandCount(stage, user, {
        count: siblings.length + open.filter(({ end }) => end === null).length,
        withinMs: settleMs,
        cause: 'The count drifts from the clients that are connected.',
      });
      demandAlive(stage, siblings, 'A live session was ended for a ticket that is not its own.');
      demand(
        open.some(({ end }) => end === null),
        {
          expected: 'one of the two connections to go on with the session',
          got: 'none',
          cause: 'A client that comes back twice at once loses its session.',
        },
      );
    }
  },
};

const leaving: Scenario = {
  name: 'race/clients-that-leave-during-the-upgrade',
  category: 'race',
  claim: 'Clients that are gone before they were answered leave no session behind.',
  covers: ['I1', 'I5', 'FM-05', 'A7', 'FM-37'],
  async run(stage) {
    const { limit } = stage.settings;
    const [empty, full] = [stage.user('empty'), stage.user('full')];
    const clients = await stage.mustFill(full, limit);
    for (let batch = 0; batch < 6; batch += 1) {
      const users = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? empty : full));
      await Promise.all(users.map((user) => knockAndRun(stage, user)));
      // So that they are not refused for having left too many handshakes unfinished.
      await stage.pause(300);
    }
    const cause = 'Slots are not given back when a client leaves before it is let in.';
    await demandCount(stage, empty, { count: 0, withinMs: settleMs, cause });
    await demandCount(stage, full, { count: limit, withinMs: settleMs, cause });
    demandAlive(stage, clients, 'A live session was ended to make room for a newcomer.');
    await stage.mustFill(empty, limit);
  },
};

async function knockAndRun(stage: Stage, user: string): Promise<void> {
  const { address } = stage.deployment;
  const socket = connect(address);
  // A reset that crosses ours is what this is about.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(upgradeHead(stage.entranceFor({ user }), address));
  await stage.pause(stage.random.between(0, 8));
  if (stage.random.chance(0.5)) socket.resetAndDestroy();
  else socket.destroy();
}

/** What happens at the same moment while clients come in. */
export const raceAtTheDoor: readonly Scenario[] = [oneTicket, leaving];
