import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import { closeHouses, openHouse, until } from './upgrade-house.ts';

afterEach(closeHouses);

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
