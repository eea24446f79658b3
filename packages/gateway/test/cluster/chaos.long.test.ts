import { afterEach, expect, it } from 'vitest';
import { Chaos } from './chaos.ts';
import { ClusterGround } from './cluster-ground.ts';

let ground = new ClusterGround();
afterEach(async () => {
  await ground.clear();
  ground = new ClusterGround();
});

const minutes = 2;
const common = { users: 6, nodes: 3 };

it('I1 I3 I4 three nodes that are killed, frozen and replaced, and clients that drop, for two minutes under traffic: nobody is locked out, every count is right, and every event came once and in order or was told as gone', async () => {
  const kinds = ['killNode', 'freezeNode', 'replaceNode', 'dropClients'] as const;
  const chaos = await Chaos.begin(ground, { ...common, kinds });
  await chaos.run(minutes * 60_000);
  const { deeds } = chaos;
  expect({ faults: chaos.faults, deeds }).toEqual({ faults: [], deeds });
  expect(new Set(deeds).size).toBe(kinds.length);
});

it('I1 I3 I4 the same while the store is wiped, frozen and killed, too', async () => {
  const kinds = [
    ...(['killNode', 'freezeNode', 'replaceNode', 'dropClients'] as const),
    ...(['wipeStore', 'freezeStore', 'killStore'] as const),
  ];
  const chaos = await Chaos.begin(ground, { ...common, kinds });
  await chaos.run(minutes * 60_000);
  const { deeds } = chaos;
  expect({ faults: chaos.faults, deeds }).toEqual({ faults: [], deeds });
});
