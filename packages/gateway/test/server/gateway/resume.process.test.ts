import { afterEach, describe, expect, it } from 'vitest';
import { Client, closeOf, refusalOf } from './client.ts';
import { callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';

afterEach(stopAll);

interface Memory {
  readonly ticket?: string;
  readonly epoch?: string;
  readonly offset?: number | string;
}

/** A client that remembers. */
function comeBack(house: House, { ticket, epoch, offset }: Memory, user = 'bob'): Client {
  const query = new URLSearchParams({
    ...(ticket !== undefined && { resume: ticket }),
    ...(epoch !== undefined && { epoch }),
    ...(offset !== undefined && { offset: String(offset) }),
  });
  return new Client(house, tokenFor(user, { maxSessions: 1 }), { query: `?${query.toString()}` });
}

async function memoryOf(client: Client): Promise<Required<Memory>> {
  const { ticket, epoch, offset } = await client.ready();
  const last = client.frames.findLast((frame) => frame['offset'] !== undefined);
  return {
    ticket: String(ticket),
    epoch: String(epoch),
    offset: Number(last?.['offset'] ?? offset),
  };
}

async function publish(house: House, names: readonly string[]): Promise<void> {
  for (const event of names) await callApi(house, 'POST', '/api/v1/users/bob/events', { event });
}

function eventsOf({ frames }: Client): unknown[] {
  return frames.filter(({ type }) => type === 'event').map(({ event }) => event);
}

describe('a client that comes back', () => {
  it('I3 I4 over its own half-open connection, at its limit: at once, with every event once and in order', async () => {
    const house = await startHouse();
    const old = comeBack(house, {});
    await old.ready();
    await publish(house, ['one']);
    await until(() => old.frames.length === 2);
    const memory = await memoryOf(old);
    old.ws.pause();
    await publish(house, ['two', 'three']);
    const back = comeBack(house, memory);
    expect(await back.ready()).toMatchObject({
      resume: { outcome: 'replayed', replayed: 2 },
      offset: 1,
      sessions: 1,
    });
    expect(back.readyMs).toBeLessThan(500);
    await publish(house, ['four']);
    await until(() => back.frames.length === 4);
    expect(eventsOf(back)).toEqual(['two', 'three', 'four']);
    expect(house.layer.count('bob')).toBe(1);
    old.ws.resume();
    expect(await closeOf(old)).toEqual({ code: 4409, r: 'superseded' });
    expect(house.layer.count('bob')).toBe(1);
  });

  it('D5 to a gateway that was started anew is told so, and gets all there is', async () => {
    const first = await startHouse();
    const memory = await memoryOf(comeBack(first, {}));
    const second = await startHouse();
    await publish(second, ['one']);
    const back = comeBack(second, memory);
    expect(await back.ready()).toMatchObject({
      resume: { outcome: 'gap', reason: 'epoch' },
      offset: 0,
    });
    await until(() => back.frames.length === 2);
    expect(eventsOf(back)).toEqual(['one']);
  });

  it.each([
    ['of 10 KB', 'A'.repeat(10_240)],
    ['of bytes', '\0\u00ff\u20ac'],
    ['that is empty', ''],
  ])('D7 with a ticket %s is a new session, its position served', async (_what, ticket) => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob'));
    const { epoch } = await memoryOf(client);
    await publish(house, ['one']);
    client.ws.close();
    await client.closed;
    const back = comeBack(house, { ticket, epoch, offset: 0 });
    expect(await back.ready()).toMatchObject({ resume: { outcome: 'replayed', replayed: 1 } });
    await until(() => back.frames.length === 2);
    expect(eventsOf(back)).toEqual(['one']);
  });

  it('I8 with the ticket of another user changes nothing for its owner', async () => {
    const house = await startHouse();
    const owner = comeBack(house, {}, 'ann');
    const { ticket } = await memoryOf(owner);
    const back = comeBack(house, { ticket });
    expect(await back.ready()).toMatchObject({ user: 'bob', resume: { outcome: 'new' } });
    expect([house.layer.count('ann'), house.layer.count('bob')]).toEqual([1, 1]);
  });

  it.each(['-1', 'x', '1e3', '9007199254740993', '', '1.5'])(
    'with the offset `%s` is told that it is none',
    async (offset) => {
      const house = await startHouse();
      expect(await refusalOf(comeBack(house, { epoch: 'e', offset }))).toBe(400);
      expect(house.layer.count('bob')).toBe(0);
    },
  );
});
