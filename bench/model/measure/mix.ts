import { type ActKind, actKinds, type CostTable, type Work } from '../acts.ts';
import { Draws } from '../draws.ts';
import { type Totals, totalsOf } from '../totals.ts';
import type { NodesUnderTest } from './nodes-under-test.ts';
import type { Meter, RedisServer } from './redis-server.ts';

/** What the prices say of a mix of acts, and what the server counted. */
export interface MixCheck {
  readonly predicted: Totals;
  readonly counted: Pick<Meter, 'processorUsec' | 'bytesIn' | 'bytesOut'>;
}

const none: Work = { acts: 0, rows: 0, told: 0, entries: 0 };
const userCount = 2_000;
const eventBytes = 512;
const most = 5;

/** Has users come, go and be told for a while, of other shapes than the prices were measured with. */
export async function checkMix(
  server: RedisServer,
  house: NodesUnderTest,
  { costs, count, seed }: { costs: CostTable; count: number; seed: number },
): Promise<MixCheck> {
  house.pretendAlive(house.nodes.length);
  const draws = new Draws(seed);
  const users = house.newUsers(userCount);
  const body = 'y'.repeat(eventBytes);
  const work = new Map<ActKind, Work>();
  const add = (kind: ActKind, { rows = 0, told = 0 }: { rows?: number; told?: number }): void => {
    const so = work.get(kind) ?? none;
    work.set(kind, {
      ...so,
      acts: so.acts + 1,
      rows: so.rows + rows,
      told: so.told + told,
    });
  };
  /** One act after the other for each user, so that what it meets is known. */
  const play = async (user: string, acts: number): Promise<void> => {
    for (let act = 0; act < acts; act += 1) {
      const { rows, spread, newest } = house.shapeOf(user);
      const drawn = draws.share();
      if (drawn < 0.6) {
        add('append', { rows, told: spread });
        await house.append(user, body);
      } else if (drawn < 0.75 && rows < most) {
        add('admit', { rows });
        await house.admit(user, draws.below(house.nodes.length));
      } else if (drawn < 0.85 && rows > 0) {
        add('release', { rows });
        await house.release(user);
      } else if (rows > 0) {
        // The node that holds one row, where there is one, says so.
        add('assertRows', { rows });
        await house.assert(user, newest);
      }
    }
  };
  // A record and a log that begin are dearer, and rare.
  await house.forEach(users, async (user) => {
    await house.admit(user, 0);
    await house.append(user, body);
  });
  const share = Math.ceil(count / userCount);
  const spent = await server.during(() => house.forEach(users, (user) => play(user, share)));
  const byKind = Object.fromEntries(
    actKinds.map((kind) => [kind, work.get(kind) ?? none]),
  ) as Record<ActKind, Work>;
  const around = { nodes: house.nodes.length, eventBytes };
  return { predicted: totalsOf(byKind, costs, around), counted: spent };
}
