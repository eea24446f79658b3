import { describe, expect, test } from 'vitest';
import type { SharedMessageIds } from '../../../src/sessions/cluster-seat.ts';
import type { SessionHooks } from '../../../src/sessions/hooks.ts';
import { framesOn, settled } from '../house.ts';
import { SeatHouse } from './seat-house.ts';

/** What all nodes know; `pending` is by the name of the node that is at it. */
class Book implements SharedMessageIds {
  readonly known: Map<string, 'pending' | 'taken'> = new Map();
  readonly asked: string[] = [];
  failing: Error | null = null;
  isHanging = false;

  async claim(userId: string, id: string): Promise<'new' | 'pending' | 'taken'> {
    this.asked.push(id);
    if (this.isHanging) return await new Promise(() => {});
    if (this.failing !== null) throw this.failing;
    const known = this.known.get(`${userId} ${id}`);
    if (known === undefined) this.known.set(`${userId} ${id}`, 'pending');
    return known ?? 'new';
  }

  async settle(userId: string, id: string, fate: 'taken' | 'failed'): Promise<void> {
    if (this.failing !== null) throw this.failing;
    if (fate === 'taken') this.known.set(`${userId} ${id}`, 'taken');
    else this.known.delete(`${userId} ${id}`);
  }
}

const say = { type: 'message', data: 1, id: 'a' };

/** Two nodes that share a book, and what their application was handed. */
function nodes(onMessage?: SessionHooks['onMessage']) {
  const book = new Book();
  const taken: string[] = [];
  const hooks: SessionHooks = {
    onMessage: onMessage ?? ((_session, { id = '' }) => void taken.push(id)),
  };
  const start = (node: string) =>
    new SeatHouse({ hookTimeoutMs: 1_000 }, { node, hooks, seat: { messages: book } });
  const houses = [start('n'), start('m')] as const;
  const sockets = houses.map((house) => house.admit('u').socket);
  return { book, taken, houses, one: sockets[0]!, other: sockets[1]! };
}

describe('messages whose ids all nodes know', () => {
  test('are taken once, and answered on every node', async () => {
    const { taken, one, other, book } = nodes();
    one.say(say);
    await settled();
    other.say(say);
    one.say(say);
    await settled();
    expect(taken).toEqual(['a']);
    expect(framesOn(one, 'accepted')).toHaveLength(2);
    expect(framesOn(other, 'accepted')).toHaveLength(1);
    expect(book.asked).toEqual(['a', 'a']);
  });

  test('are not asked for without an id', () => {
    const { taken, one, book } = nodes();
    one.say({ type: 'message', data: 1 });
    expect(taken).toEqual(['']);
    expect(book.asked).toEqual([]);
  });

  test('I4 are accepted nowhere while a node is still at them, and may be sent again when it fails', async () => {
    let isFailing = true;
    let fail: ((error: Error) => void) | null = null as ((error: Error) => void) | null;
    const { one, other } = nodes(() => {
      if (!isFailing) return undefined;
      return new Promise<void>((_resolve, reject) => {
        fail = reject;
      });
    });
    one.say(say);
    await settled();
    other.say(say);
    await settled();
    expect(framesOn(other, 'accepted')).toEqual([]);
    expect(framesOn(other, 'error')).toMatchObject([{ code: 'application-failed', id: 'a' }]);
    isFailing = false;
    fail?.(new Error('not now'));
    await settled();
    expect(framesOn(one, 'error')).toMatchObject([{ code: 'application-failed', id: 'a' }]);
    other.say(say);
    await settled();
    expect(framesOn(other, 'accepted')).toHaveLength(1);
  });

  test('FM-79 I6 are answered with an error where nobody can say, and taken when somebody can', async () => {
    const { taken, houses, one, book } = nodes();
    book.failing = new Error('away');
    one.say(say);
    await settled();
    book.failing = null;
    book.isHanging = true;
    one.say(say);
    one.say(say);
    await settled();
    expect(framesOn(one, 'error')).toHaveLength(1);
    houses[0].clock.advance(1_100);
    expect(framesOn(one, 'error')).toHaveLength(2);
    expect(houses[0].faultsOf('hook')).toBe(2);
    expect(taken).toEqual([]);
    book.isHanging = false;
    one.say(say);
    await settled();
    expect(taken).toEqual(['a']);
    expect(framesOn(one, 'accepted')).toHaveLength(1);
  });
});
