import { afterEach, describe, expect, it } from 'vitest';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import { closeHouses, openHouse, until } from './upgrade-house.ts';

afterEach(closeHouses);

describe('half-open peers', () => {
  it('I3 five frozen clients yield to a sixth within 1.2 s, each once and as no-pong', async () => {
    const { port, layer, events } = await openHouse();
    const ghosts = await Promise.all(
      Array.from({ length: 5 }, () => RawPeer.connect({ port, answersPings: false })),
    );
    const startedAt = performance.now();
    const sixth = await RawPeer.connect({ port });
    await sixth.until(() => sixth.texts.length > 0, 3_000);
    const tookMs = performance.now() - startedAt;
    expect(sixth.texts[0]).toContain('"type":"ready"');
    expect(tookMs).toBeLessThan(1_200);
    const deaths = events.flatMap((event) => (event.type === 'closed' ? [event.cause] : []));
    expect(deaths).toEqual(['no-pong', 'no-pong', 'no-pong', 'no-pong', 'no-pong']);
    expect(layer.count('u')).toBe(1);
    for (const peer of [...ghosts, sixth]) peer.destroy();
  });

  it('I3 five that are known to be late yield within 100 ms', async () => {
    const { port, layer } = await openHouse(undefined, {
      options: { pressurePingIntervalMs: 100, pingIntervalMs: 100 },
    });
    const ghosts = await Promise.all(
      Array.from({ length: 5 }, () => RawPeer.connect({ port, answersPings: false })),
    );
    await until(
      () => layer.sessionsOf('u').every((session) => (layer.view(session).pingOutMs ?? 0) > 1_150),
      4_000,
    );
    const startedAt = performance.now();
    const sixth = await RawPeer.connect({ port });
    await sixth.until(() => sixth.texts.length > 0);
    expect(performance.now() - startedAt).toBeLessThan(100);
    for (const peer of [...ghosts, sixth]) peer.destroy();
  });

  it('I2 five live ones refuse a sixth within a round trip, and stay', async () => {
    const { port, layer } = await openHouse();
    const peers = await Promise.all(Array.from({ length: 5 }, () => RawPeer.connect({ port })));
    const sixth = await RawPeer.connect({ port });
    await sixth.until(() => sixth.closeFrame !== null, 500);
    expect(sixth.closeFrame).toEqual({ code: 4429, reason: '{"r":"user-limit"}' });
    expect(layer.count('u')).toBe(5);
    for (const peer of [...peers, sixth]) peer.destroy();
  });
});
