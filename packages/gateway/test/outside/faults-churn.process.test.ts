import { SessionLayer } from 'holdfast';
import { RawPeer } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { churn, type Desk, openDesk, settledInventory, takeInventory } from './faults-churn.ts';

let desk: Desk | null = null;

afterEach(async () => {
  await desk?.close();
});

describe('a server that clients come to and leave', () => {
  it('FM-12 after 2,000 of them its listeners, timers and gauges are exactly what they were', async () => {
    desk = await openDesk(new SessionLayer());
    const before = takeInventory(desk);
    await churn(desk, 2_000);
    expect(await settledInventory(desk, before)).toEqual(before);
  });

  it('FM-13 three clients connected one after another get their own ten events each, and no others', async () => {
    desk = await openDesk(new SessionLayer());
    const users = ['ann', 'bob', 'cleo'];
    const peers: RawPeer[] = [];
    for (const user of users) {
      const peer = await RawPeer.connect({ port: desk.port, path: `/${user}` });
      await peer.until(() => peer.texts.length === 1);
      peers.push(peer);
    }
    for (let number = 0; number < 10; number += 1) {
      for (const user of users)
        desk.layer.publish(user, { event: 'own', data: `${user} ${number}` });
    }
    for (const [place, peer] of peers.entries()) {
      await peer.until(() => peer.texts.length >= 11);
      const data = peer.texts.slice(1).map((text) => (JSON.parse(text) as { data: unknown }).data);
      expect(data).toEqual(Array.from({ length: 10 }, (_, number) => `${users[place]} ${number}`));
      peer.destroy();
    }
  });
});
