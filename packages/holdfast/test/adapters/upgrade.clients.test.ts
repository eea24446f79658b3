import { connect as connectTcp, type Socket } from 'node:net';
import { runInNewContext } from 'node:vm';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { UpgradeOptions, Verdict } from '../../src/adapters/ws.ts';
import { opcodes, RawPeer, type RawPeerOptions } from '../../src/testing/raw-peer.ts';
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

/** Promises of another realm: they are not `instanceof Promise`, no more than those of a library. */
const ForeignPromise = runInNewContext('Promise') as PromiseConstructor;

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

  it('to open sends the answer to the handshake and the first frame by one system call', async () => {
    const { port, server, layer } = await openHouse();
    const calls: string[] = [];
    server.prependListener('upgrade', (_request, socket: Socket) => {
      for (const name of ['_write', '_writev'] as const) {
        const write = socket[name]?.bind(socket) as (...args: unknown[]) => void;
        Object.assign(socket, {
          [name]: (...args: unknown[]) => (calls.push(name), write(...args)),
        });
      }
    });
    const socket = await tcp(port);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.write(head);
    await until(() => text.includes('"ready"'));
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(calls).toEqual(['_writev']);
    expect(layer.count('u')).toBe(1);
    socket.destroy();
  });

  it('F1 may be a promise of another make', async () => {
    const { port, layer } = await openHouse(() =>
      ForeignPromise.resolve<Verdict>({ kind: 'open', request: { userId: 'u' } }),
    );
    const peer = await RawPeer.connect({ port });
    expect(peer.head).toMatch(/^HTTP\/1\.1 101/);
    expect(layer.count('u')).toBe(1);
    peer.destroy();
  });

  it.each(['', 'x'.repeat(300)])(
    'FM-27 I6 to let in a user that cannot be is a fault, and its client is told so (id %#)',
    async (userId) => {
      const { port, layer } = await openHouse(() => ({ kind: 'open', request: { userId } }));
      const peer = await RawPeer.connect({ port });
      await peer.until(() => peer.closeFrame !== null);
      expect(peer.closeFrame).toEqual({ code: 4401, reason: '{"r":"unauthorized"}' });
      expect(layer.faultCounts().get('application')).toBe(1);
      expect(layer.gauges()).toMatchObject({ sessions: 0, waiting: 0 });
      peer.destroy();
    },
  );

  const noVerdicts: Readonly<Record<string, () => unknown>> = {
    nothing: () => undefined,
    'a promise of nothing': async () => {},
    'an unknown kind': () => ({ kind: 'opne' }),
    'a promise of an unknown kind': async () => ({ kind: 'opne' }),
    'a promise of a header that is no text': async () => ({
      kind: 'reject',
      status: 403,
      headers: { 'X-A': Symbol('a') },
    }),
    'a promise of another make that breaks': () => ForeignPromise.reject(new Error('no')),
  };
  it.each(Object.entries(noVerdicts))(
    'F1 I6 that comes to %s is a fault, answered 500, and the next one works',
    async (_name, decide) => {
      const { port, layer } = await openHouse((request) =>
        request.url === '/no' ? (decide() as Verdict) : { kind: 'open', request: { userId: 'u' } },
      );
      const peer = await RawPeer.connect({ port, path: '/no' });
      expect(peer.head).toMatch(/^HTTP\/1\.1 500/);
      expect(layer.faultCounts().get('application')).toBe(1);
      const next = await RawPeer.connect({ port });
      expect(next.head).toMatch(/^HTTP\/1\.1 101/);
      peer.destroy();
      next.destroy();
    },
  );
});

describe('whoever is told of a handshake that came to nothing', () => {
  const failures: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('no');
    },
    rejects: async () => {
      throw new Error('no');
    },
  };
  const handshakes: Readonly<Record<string, RawPeerOptions['headers']>> = {
    rejected: {},
    malformed: { 'Sec-WebSocket-Key': 'short', 'X-Open': '1' },
  };
  const cases = Object.entries(failures).flatMap(([failure, onUnfinished]) =>
    Object.entries(handshakes).map(([kind, headers]) => ({ failure, onUnfinished, kind, headers })),
  );
  it.each(cases)(
    'F3 I6 and $failure is a fault: the client of a $kind one has its answer, and the process lives',
    async ({ onUnfinished, headers }) => {
      const { port, layer } = await openHouse(
        ({ headers: { 'x-open': isOpen } }) =>
          isOpen === undefined
            ? { kind: 'reject', status: 400 }
            : { kind: 'open', request: { userId: 'u' } },
        { more: { onUnfinished } },
      );
      const peer = await RawPeer.connect({ port, ...(headers && { headers }) });
      expect(peer.head).toMatch(/^HTTP\/1\.1 400/);
      await until(() => layer.faultCounts().get('application') === 1);
      peer.destroy();
    },
  );
});

describe('an option that is undefined', () => {
  it('I12 leaves the default bound on messages in force', async () => {
    const { port } = await openHouse(undefined, { more: absent('maxPayloadBytes') });
    const peer = await RawPeer.connect({ port });
    peer.send(opcodes.text, 'x'.repeat(64 * 1024 + 1));
    await peer.until(() => peer.closeFrame !== null);
    expect(peer.closeFrame?.code).toBe(1009);
    peer.destroy();
  });

  it('leaves a decision its default time and place', async () => {
    const more = { ...absent('decisionTimeoutMs'), ...absent('mostUndecided') };
    const { port, layer } = await openHouse(decideLate, { more });
    const peer = await RawPeer.connect({ port });
    expect(peer.head).toMatch(/^HTTP\/1\.1 101/);
    expect(layer.count('u')).toBe(1);
    peer.destroy();
  });
});

/** As plain JavaScript gives it. */
function absent(name: keyof UpgradeOptions): Partial<UpgradeOptions> {
  return { [name]: undefined };
}
