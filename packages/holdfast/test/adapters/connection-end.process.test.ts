import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { lingerMs } from '../../src/sessions/lingering.ts';
import { maskedFrame, opcodes, RawPeer } from '../../src/testing/raw-peer.ts';
import { closeHouses, type House, openHouse, until } from './upgrade-house.ts';

afterEach(closeHouses);

describe('the end of a session', () => {
  const ends: Readonly<
    Record<string, { readonly act: (peer: RawPeer) => void; readonly cause: string }>
  > = {
    'a close frame, TCP left open': { act: (peer) => peer.sendClose(1000), cause: 'client-close' },
    'FIN without a close frame': { act: (peer) => peer.finish(), cause: 'connection-lost' },
    'a reset': { act: (peer) => peer.reset(), cause: 'connection-lost' },
    'a reset in the middle of a frame': {
      act: (peer) => {
        peer.socket.write(Buffer.from([0x81, 0xfe, 0x10, 0x00, 1, 2]));
        peer.reset();
      },
      cause: 'connection-lost',
    },
  };
  it.each(Object.entries(ends))(
    'C5 FM-01 %s: the slot is free at once, once, with one cause',
    async (_name, { act, cause }) => {
      const rounds = 100;
      const { port, layer, events } = await openHouse(undefined, {
        options: { maxSessionsPerUser: rounds },
      });
      const peers = await Promise.all(
        Array.from({ length: rounds }, () => RawPeer.connect({ port })),
      );
      expect(layer.count('u')).toBe(rounds);
      for (const peer of peers) act(peer);
      await until(() => layer.count('u') === 0, 1_000);
      const closed = events.filter(({ type }) => type === 'closed');
      expect(closed).toHaveLength(rounds);
      expect(new Set(closed.map((event) => (event.type === 'closed' ? event.cause : '')))).toEqual(
        new Set([cause]),
      );
      for (const peer of peers) peer.destroy();
    },
  );

  it('FM-08 a peer that never finishes its closing handshake is cut after two seconds', async () => {
    const { port, layer } = await openHouse();
    const peer = await RawPeer.connect({ port });
    const startedAt = performance.now();
    layer.closeUser('u');
    expect(layer.count('u')).toBe(0);
    await peer.until(() => peer.closeFrame !== null);
    expect(peer.closeFrame).toEqual({ code: 4499, reason: '{"r":"admin"}' });
    await peer.until(() => peer.socket.readableEnded || peer.isClosed, 4_000);
    expect(performance.now() - startedAt).toBeGreaterThan(1_500);
    peer.destroy();
  });
});

describe('what a client may send', () => {
  it('G10 a malformed upgrade is answered 400', async () => {
    const { port, layer } = await openHouse();
    const peer = await RawPeer.connect({ port, headers: { 'Sec-WebSocket-Version': '7' } });
    expect(peer.head).toMatch(/^HTTP\/1\.1 400/);
    expect(layer.count('u')).toBe(0);
    peer.destroy();
  });

  it('a message over the bound ends its session with 1009 and no other', async () => {
    const { port, layer, events } = await openHouse(undefined, {
      more: { maxPayloadBytes: 1_000 },
    });
    const other = await RawPeer.connect({ port });
    const peer = await RawPeer.connect({ port });
    peer.send(opcodes.text, 'x'.repeat(1_001));
    await peer.until(() => peer.closeFrame !== null);
    expect(peer.closeFrame?.code).toBe(1009);
    expect(layer.count('u')).toBe(1);
    expect(events.find(({ type }) => type === 'closed')).toMatchObject({ cause: 'too-big' });
    peer.destroy();
    other.destroy();
  });

  it('many tiny fragments end its session', async () => {
    const { port, layer } = await openHouse();
    const peer = await RawPeer.connect({ port });
    peer.socket.write(Buffer.from([0x01, 0x80, 0, 0, 0, 0]));
    for (let fragment = 0; fragment < 100; fragment += 1)
      peer.socket.write(Buffer.from([0x00, 0x80, 0, 0, 0, 0]));
    await until(() => layer.count('u') === 0);
    expect(peer.closeFrame?.code ?? 1008).toBe(1008);
    peer.destroy();
  });

  /** What a peer does that breaks the rules, and how many bytes it may send on. */
  const breaches: Readonly<
    Record<string, { act: (peer: RawPeer) => void; code: number; most: number }>
  > = {
    'a message that is too big': {
      act: (peer) => peer.send(opcodes.text, 'x'.repeat(1_001)),
      code: 1009,
      most: 1024 * 1024,
    },
    'a frame that is none of ours': {
      act: (peer) => peer.send(opcodes.text, 'nonsense'),
      code: 4400,
      most: 64 * 1024,
    },
  };
  const pings = Buffer.concat(
    Array.from({ length: 64 }, () => maskedFrame(opcodes.ping, Buffer.alloc(122))),
  );

  describe.each(Object.entries(breaches))('by %s', (_name, { act, code, most }) => {
    const breach = async (): Promise<{ house: House; peer: RawPeer }> => {
      const house = await openHouse(undefined, { more: { maxPayloadBytes: 1_000 } });
      const peer = await RawPeer.connect({ port: house.port });
      act(peer);
      await peer.until(() => peer.closeFrame !== null);
      expect(peer.closeFrame?.code).toBe(code);
      return { house, peer };
    };

    it('I12 has a peer that sends on cut, long before its time is over', async () => {
      const { house, peer } = await breach();
      const startedAt = performance.now();
      for (let sent = 0; sent <= most; sent += pings.length) peer.socket.write(pings);
      await until(() => house.layer.gauges().lingering === 0);
      expect(performance.now() - startedAt).toBeLessThan(lingerMs / 2);
      peer.destroy();
    });

    it('leaves a peer that has not read yet the time to do so', async () => {
      const { house, peer } = await breach();
      for (let sent = 0; sent + pings.length < most; sent += pings.length) peer.socket.write(pings);
      await delay(150);
      expect(house.layer.gauges().lingering).toBe(1);
      expect(peer.isClosed).toBe(false);
      peer.destroy();
    });
  });
});
