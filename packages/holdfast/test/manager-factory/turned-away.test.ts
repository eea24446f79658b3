import type { CreateManagerRequest } from 'holdfast/manager-factory';
import { ManagerLimitError, SocketClosedError } from 'holdfast/manager-factory';
import { FakeSocket } from 'holdfast/testing';
import { describe, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

/** How a request is turned away, by the error's name or code and the close code of its socket. */
interface Case {
  readonly prepare?: (shop: Workshop) => unknown;
  readonly request?: Record<string, unknown>;
  readonly error: Readonly<Record<string, unknown>>;
  readonly code: number;
}

const cases: Readonly<Record<string, Case>> = {
  'at the limit': {
    prepare: (shop) => shop.fill('u', 5),
    error: { name: 'ManagerLimitError', reason: 'user-limit' },
    code: 4429,
  },
  'among too many at once': {
    prepare: async (shop) => {
      await shop.fill('u', 5);
      shop.clock.advance(3_000);
      for (let place = 0; place < 5; place += 1) {
        const socket = new FakeSocket(shop.clock);
        const waiting = shop.factory.createManager({ userId: 'u', socket });
        void waiting.catch((error: unknown) => expect(error).toBeInstanceOf(ManagerLimitError));
      }
    },
    error: { name: 'ManagerLimitError', reason: 'rate' },
    code: 4429,
  },
  'after the shutdown': {
    prepare: (shop) => shop.factory.shutdown(),
    error: { name: 'UsageError', code: 'bad-state' },
    code: 1012,
  },
  'without a user': {
    request: { userId: undefined },
    error: { name: 'UsageError', code: 'bad-user' },
    code: 4401,
  },
  'with an empty user id': {
    request: { userId: '' },
    error: { name: 'UsageError', code: 'bad-user' },
    code: 4401,
  },
  'with a user id of 300 bytes': {
    request: { userId: 'x'.repeat(300) },
    error: { name: 'UsageError', code: 'bad-user' },
    code: 4401,
  },
  'with a limit that cannot be': {
    request: { limit: 0 },
    error: { name: 'UsageError', code: 'bad-limit' },
    code: 4401,
  },
};

function endEveryone(shop: Workshop): void {
  const { events } = shop;
  const push = events.push.bind(events);
  events.push = (...told) => {
    for (const event of told) {
      if (event.type === 'opened') void shop.factory.cleanupManager(event.session);
    }
    return push(...told);
  };
}

describe('a newcomer who is turned away', () => {
  test.each(Object.entries(cases))(
    'FM-08 FM-27 %s leaves no socket open: it is closed with the code that says why',
    async (_name, { prepare, request, error, code }) => {
      const shop = new Workshop();
      await prepare?.(shop);
      const socket = new FakeSocket(shop.clock);
      const asked = { userId: 'u', socket, ...request } as CreateManagerRequest;
      expect(await shop.ask(asked)).toMatchObject(error);
      expect(socket.closes.map((close) => close.code)).toEqual([code]);
    },
  );

  test('FM-08 and does not answer the close frame is cut after two seconds', async () => {
    const shop = new Workshop();
    const socket = new FakeSocket(shop.clock);
    socket.isFrozen = true;
    await shop.ask({ userId: '', socket });
    shop.clock.advance(1_900);
    expect(socket.isTerminated).toBe(false);
    shop.clock.advance(200);
    expect(socket.isTerminated).toBe(true);
  });

  test('I7 on the socket of a manager leaves that manager its socket', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    expect(await shop.ask({ userId: '', socket })).toMatchObject({ code: 'bad-user' });
    expect(socket.isOpen).toBe(true);
    expect(await manager.send('still here')).toBe('delivered');
  });

  test('FM-84 hears of a socket that is none before all else, for such a one cannot be closed', async () => {
    const { factory } = new Workshop();
    const request = { userId: '', socket: { close() {} } } as unknown as CreateManagerRequest;
    await expect(factory.createManager(request)).rejects.toMatchObject({ code: 'bad-socket' });
  });
});

describe('what an error says', () => {
  test.each([
    ['with a socket', true],
    ['without one', false],
  ])(
    'FM-28 of a newcomer %s whom a listener ended does not put it down to the socket',
    async (_name, hasSocket) => {
      const shop = new Workshop();
      endEveryone(shop);
      const socket = new FakeSocket(shop.clock);
      const error = await shop.ask({ userId: 'u', ...(hasSocket && { socket }) });
      expect(error).toBeInstanceOf(SocketClosedError);
      expect((error as Error).message).toMatch(/its socket closed, or what listens .* ended it/);
      expect(socket.closes).toEqual(hasSocket ? [{ code: 1000, reason: '' }] : []);
    },
  );

  test('FM-28 of a newcomer among too many does not call the others dead or alive', async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    await shop.fill('u', 1);
    shop.clock.advance(3_000);
    const first = shop.factory.createManager({ userId: 'u' }).catch((reason: unknown) => reason);
    const error = (await shop.ask({ userId: 'u' })) as Error;
    expect(error).toMatchObject({ reason: 'rate' });
    expect(error.message).toMatch(/too many at once.*Try again in \d+ ms\.$/);
    expect(error.message).not.toMatch(/alive|dead/);
    await shop.clock.settle(2_000);
    expect(await first).toMatchObject({ reason: 'user-limit' });
  });
});
