import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptUpgrades, type UpgradeOptions, type Upgrades } from '../../src/adapters/ws.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import type { SessionOptions } from '../../src/core/options.ts';
import { opcodes, RawPeer } from '../../src/testing/raw-peer.ts';

interface House {
  readonly server: Server;
  readonly layer: SessionLayer;
  readonly upgrades: Upgrades;
  readonly port: number;
  readonly events: SessionEvent[];
}

const open: House[] = [];

async function openHouse(
  decide?: UpgradeOptions['decide'],
  about: { options?: SessionOptions; more?: Partial<UpgradeOptions> } = {},
): Promise<House> {
  const layer = new SessionLayer(about.options ?? {});
  const events: SessionEvent[] = [];
  layer.subscribe((event) => void events.push(event));
  const server = createServer();
  const upgrades = acceptUpgrades(server, {
    layer,
    decide: decide ?? (() => ({ kind: 'open', request: { userId: 'u' } })),
    ...about.more,
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const house = { server, layer, upgrades, port: (server.address() as AddressInfo).port, events };
  open.push(house);
  return house;
}

afterEach(async () => {
  for (const { server, layer, upgrades } of open.splice(0)) {
    upgrades.close();
    await layer.shutdown();
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
});

async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt)
      throw new Error(`Expected a condition to hold within ${timeoutMs} ms.`);
    await delay(2);
  }
}

const head =
  'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

async function tcp(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => void socket.once('connect', resolve));
  return socket;
}

/** What a client has done when it resets: five stages of a handshake whose decision takes a while. */
const stages: Readonly<Record<string, (socket: Socket) => Promise<void>>> = {
  'before a byte': async () => {},
  'in the middle of the headers': async (socket) => void socket.write(head.slice(0, 60)),
  'right after the headers': async (socket) => void socket.write(head),
  'while the decision is pending': async (socket) => {
    socket.write(head);
    await delay(5);
  },
  'just as it is decided': async (socket) => {
    socket.write(head);
    await delay(15);
  },
};

const decideLate = async (): Promise<{ kind: 'open'; request: { userId: string } }> => {
  await delay(15);
  return { kind: 'open', request: { userId: 'u' } };
};

describe('a handshake that its client resets', () => {
  it.each(Object.entries(stages))(
    'C5 FM-05 %s: the process lives and no slot is kept',
    async (_name, act) => {
      const { port, layer, upgrades } = await openHouse(decideLate, {
        options: { maxSessionsPerUser: 1000 },
      });
      const rounds = 40;
      await Promise.all(
        Array.from({ length: rounds }, async () => {
          const socket = await tcp(port);
          await act(socket);
          socket.resetAndDestroy();
        }),
      );
      await until(() => upgrades.undecided === 0 && layer.count('u') === 0);
      await delay(20);
      expect(layer.gauges()).toMatchObject({ sessions: 0, waiting: 0, lingering: 0 });
    },
  );
});

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

describe('a decision', () => {
  it('that throws is answered 500, is a fault, and the next one works', async () => {
    let calls = 0;
    const { port, layer } = await openHouse(() => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return { kind: 'open', request: { userId: 'u' } };
    });
    const refused = await RawPeer.connect({ port });
    expect(refused.head).toMatch(/^HTTP\/1\.1 500/);
    const peer = await RawPeer.connect({ port });
    await peer.until(() => peer.texts.length === 1);
    expect(layer.faultCounts().get('application')).toBe(1);
    peer.destroy();
    refused.destroy();
  });

  it('G8 that never comes is answered 503, and its signal is aborted', async () => {
    let isAborted = false;
    const { port } = await openHouse(
      (_request, { signal }) => {
        signal.addEventListener('abort', () => (isAborted = true));
        return new Promise(() => {});
      },
      { more: { decisionTimeoutMs: 50 } },
    );
    const peer = await RawPeer.connect({ port });
    expect(peer.head).toMatch(/^HTTP\/1\.1 503[^]*Retry-After: 1/);
    expect(isAborted).toBe(true);
    peer.destroy();
  });

  it('G8 is bounded in number: one too many is answered 503 at once', async () => {
    const { port, upgrades } = await openHouse(() => new Promise(() => {}), {
      more: { mostUndecided: 1, decisionTimeoutMs: 300 },
    });
    const first = RawPeer.connect({ port });
    await until(() => upgrades.undecided === 1);
    const second = await RawPeer.connect({ port });
    expect(second.head).toMatch(/^HTTP\/1\.1 503/);
    second.destroy();
    (await first).destroy();
  });

  it('to reject is answered in HTTP, to refuse with a close code after the upgrade', async () => {
    const { port } = await openHouse((request) =>
      request.url === '/no'
        ? { kind: 'reject', status: 403 }
        : { kind: 'refuse', cause: 'unauthorized' },
    );
    const rejected = await RawPeer.connect({ port, path: '/no' });
    expect(rejected.head).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    const refused = await RawPeer.connect({ port });
    await refused.until(() => refused.closeFrame !== null);
    expect(refused.closeFrame).toEqual({ code: 4401, reason: '{"r":"unauthorized"}' });
    rejected.destroy();
    refused.destroy();
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
});

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
