import type { MemoryCost } from '../memory.ts';
import { NodesUnderTest } from './nodes-under-test.ts';
import type { RedisServer } from './redis-server.ts';

const eventBytes = 256;
const moreRows = 4;
const moreEntries = 64;
const moreNodes = 4;

/** Measures what the store keeps for each user, row, place, entry and node. */
export async function measureMemory(
  server: RedisServer,
  house: NodesUnderTest,
  count: number,
): Promise<MemoryCost> {
  const grows = async (act: () => Promise<unknown>): Promise<number> => {
    const before = await server.read();
    await act();
    return (await server.read()).memory - before.memory;
  };
  const users = house.newUsers(count);
  // Entries take more: a few users show it.
  const few = users.slice(0, Math.ceil(count / 10));
  const each = async (act: (user: string) => Promise<unknown>, whose = users): Promise<number> =>
    (await grows(() => house.forEach(whose, act))) / whose.length;
  const body = 'x'.repeat(eventBytes);
  const first = await each((user) => house.admit(user, 0));
  // Several of each: the allocator gives room in steps.
  const here = await each(async (user) => {
    for (let row = 0; row < moreRows; row += 1) await house.admit(user, 0);
  });
  const elsewhere = await each(async (user) => {
    for (let node = 1; node <= moreRows; node += 1) await house.admit(user, node);
  });
  const begun = await each((user) => house.append(user, body), few);
  const more = await each(async (user) => {
    for (let entry = 0; entry < moreEntries; entry += 1) await house.append(user, body);
  }, few);
  let others: NodesUnderTest | null = null;
  const nodes = await grows(async () => {
    others = await NodesUnderTest.start(server.url, moreNodes);
  });
  await (others as NodesUnderTest | null)?.stop();
  const row = here / moreRows;
  const place = Math.max(0, elsewhere / moreRows - row);
  const entry = more / moreEntries - eventBytes;
  return {
    user: first - row - place,
    row,
    place,
    log: begun - entry - eventBytes,
    entry,
    node: nodes / moreNodes,
  };
}
