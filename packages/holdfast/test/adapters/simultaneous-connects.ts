import { setTimeout as delay } from 'node:timers/promises';
import type { SessionLayer } from '../../src/sessions/session-layer.ts';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import { closeHouses, openHouse } from './upgrade-house.ts';

/** What was seen in one round. */
export interface Round {
  /** Connects that were greeted. */
  readonly greeted: number;
  /** The most sessions of the user at any look in between. */
  readonly most: number;
  /** Sessions left once everybody had gone. */
  readonly left: number;
}

/** A hundred connects of one user at once, each authenticated slowly and in its own time; as many rounds as asked. */
export async function connectAtOnce(rounds: number): Promise<Round[]> {
  let turn = 0;
  const { layer, port } = await openHouse(async () => {
    turn += 1;
    await delay((turn * 7) % 20);
    await Promise.resolve();
    return { kind: 'open', request: { userId: 'ann' } };
  });
  const seen: Round[] = [];
  for (let round = 0; round < rounds; round += 1) seen.push(await connectOnce(layer, port));
  await closeHouses();
  return seen;
}

async function connectOnce(layer: SessionLayer, port: number): Promise<Round> {
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, layer.count('ann'))), 1);
  const peers = await Promise.all(Array.from({ length: 100 }, () => RawPeer.connect({ port })));
  await Promise.all(
    peers.map((peer) => peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null)),
  );
  const greeted = peers.filter(({ texts }) => texts.length > 0).length;
  most = Math.max(most, layer.count('ann'));
  clearInterval(look);
  for (const peer of peers) peer.destroy();
  const endsAt = performance.now() + 5_000;
  while (layer.count('ann') > 0 && performance.now() < endsAt) await delay(2);
  return { greeted, most, left: layer.count('ann') };
}
