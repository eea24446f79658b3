import { describe, expect, test } from 'vitest';
import { maxTokenLength } from '../../src/protocol/frames.ts';
import type { RefreshedToken, SessionHooks } from '../../src/sessions/hooks.ts';
import { framesOn, House, settled } from './house.ts';

type Answer = RefreshedToken | null;

/** A hook whose answers the test gives. */
function judge(): {
  readonly hooks: SessionHooks;
  readonly asked: string[];
  readonly answer: ((answer: Answer) => void)[];
} {
  const asked: string[] = [];
  const answer: ((answer: Answer) => void)[] = [];
  const onRefresh = async (_session: unknown, token: string): Promise<Answer> => {
    asked.push(token);
    return await new Promise((resolve) => answer.push(resolve));
  };
  return { hooks: { onRefresh }, asked, answer };
}

const canary = 'canary-token-0123456789';

describe('refreshing a token', () => {
  test('replaces what the application keeps with the session, and tells when it expires', () => {
    const worth: Answer = { expiresAt: 1_800_000_000_000, extra: { name: 'new' } };
    const house = new House({}, { hooks: { onRefresh: () => worth } });
    const { session, socket } = house.connect('u', { extra: { name: 'old' }, limit: 3 });
    socket.say({ type: 'refresh', token: canary });
    expect(socket.frames.at(-1)).toEqual({ type: 'refreshed', expiresAt: 1_800_000_000_000 });
    expect(session.extra).toEqual({ name: 'new' });
    expect(session.limit).toBe(3);
    expect(house.told('refreshed')).toEqual([
      { type: 'refreshed', session: session.id, user: 'u' },
    ]);
    expect(house.metrics.refreshes).toEqual({ accepted: 1, refused: 0 });
  });

  test('keeps it where the hook gives nothing in its place, and tells no end of a token that has none', () => {
    const house = new House({}, { hooks: { onRefresh: () => ({}) } });
    const { session, socket } = house.connect('u', { extra: 'old' });
    socket.say({ type: 'refresh', token: canary });
    expect(socket.frames.at(-1)).toEqual({ type: 'refreshed' });
    expect(session.extra).toBe('old');
  });

  test('that is refused leaves the session as it was, and says no more than that', () => {
    const house = new House({}, { hooks: { onRefresh: () => null } });
    const { session, socket } = house.connect('u', { extra: 'old' });
    socket.say({ type: 'refresh', token: canary });
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'unauthorized' }]);
    expect([session.state, session.extra]).toEqual(['live', 'old']);
    expect(house.metrics.refreshes).toEqual({ accepted: 0, refused: 1 });
    expect(house.told('fault')).toEqual([]);
  });

  test('I12 judges one token of a session at a time', async () => {
    const { hooks, asked, answer } = judge();
    const house = new House({}, { hooks });
    const { socket } = house.connect('u');
    const other = house.connect('u');
    for (const token of ['a', 'b']) socket.say({ type: 'refresh', token });
    other.socket.say({ type: 'refresh', token: 'c' });
    expect(asked).toEqual(['a', 'c']);
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'busy' }]);
    for (const settle of answer) settle({ expiresAt: 1 });
    await settled();
    socket.say({ type: 'refresh', token: 'd' });
    expect(asked).toEqual(['a', 'c', 'd']);
    expect(framesOn(socket, 'refreshed')).toHaveLength(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['rejects', () => Promise.reject(new Error('x'))],
    ['never settles', () => new Promise<Answer>(() => {})],
    ['returns a text', () => canary as unknown as Answer],
    ['returns nothing', () => undefined as unknown as Answer],
    ['tells an end that is no number', () => ({ expiresAt: Number.NaN })],
  ] as const)(
    'F1 I6 by a hook that %s fails for its session alone, and may be tried again',
    async (_how, hook) => {
      let isBroken = true;
      const house = new House(
        {},
        { hooks: { onRefresh: () => (isBroken ? hook() : { expiresAt: 1, extra: 'new' }) } },
      );
      const { session, socket } = house.connect('u', { extra: 'old' });
      socket.say({ type: 'refresh', token: canary });
      await settled();
      house.clock.advance(2_500);
      expect(framesOn(socket, 'error')).toMatchObject([{ code: 'application-failed' }]);
      expect([session.state, session.extra]).toEqual(['live', 'old']);
      expect(house.faultsOf('hook')).toBe(1);
      expect(JSON.stringify(house.events)).not.toContain(canary);
      isBroken = false;
      socket.say({ type: 'refresh', token: canary });
      expect(session.extra).toBe('new');
    },
  );

  test('that is judged after its deadline, or after its session, changes nothing', async () => {
    const { hooks, answer } = judge();
    const house = new House({}, { hooks });
    const slow = house.connect('u', { extra: 'old' });
    const gone = house.connect('v', { extra: 'old' });
    slow.socket.say({ type: 'refresh', token: 'a' });
    house.clock.advance(2_500);
    slow.socket.say({ type: 'refresh', token: 'b' });
    gone.socket.say({ type: 'refresh', token: 'c' });
    house.layer.close(gone.session.id);
    answer[1]!({ extra: 'b' });
    await settled();
    answer[0]!({ extra: 'a' });
    answer[2]!({ extra: 'c' });
    await settled();
    expect([slow.session.extra, gone.session.extra]).toEqual(['b', 'old']);
    expect(house.told('refreshed')).toHaveLength(1);
  });

  test('is not answered when whoever hears of it ends the session', () => {
    const house = new House({}, { hooks: { onRefresh: () => ({ expiresAt: 1 }) } });
    const { session, socket } = house.connect('u');
    house.layer.subscribe(({ type }) => {
      if (type === 'refreshed') house.layer.close(session.id, 'revoked');
    });
    socket.say({ type: 'refresh', token: canary });
    expect(framesOn(socket, 'refreshed')).toEqual([]);
    expect(socket.closes).toEqual([{ code: 4401, reason: '{"r":"revoked"}' }]);
    expect(house.told('fault')).toEqual([]);
  });

  test('is answered politely where nobody refreshes tokens', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.say({ type: 'refresh', token: canary });
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'unknown-type' }]);
    expect(session.state).toBe('live');
  });

  test.each([[undefined], [1], [''], ['x'.repeat(maxTokenLength + 1)]])(
    'I12 with no token, or one that is too long, is a breach',
    (token) => {
      const house = new House({}, { hooks: { onRefresh: () => expect.unreachable() } });
      const { socket } = house.connect('u');
      socket.say({ type: 'refresh', token });
      expect(socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
      expect(JSON.stringify(house.events)).not.toContain('xxx');
    },
  );

  test('I12 counts against the message rate', () => {
    const house = new House({ messageRate: 2 }, { hooks: { onRefresh: () => null } });
    const { socket } = house.connect('u');
    for (let count = 0; count < 3; count += 1) socket.say({ type: 'refresh', token: canary });
    expect(house.causes).toEqual(['message-rate']);
    expect(house.metrics.refreshes.refused).toBe(2);
  });

  test('serves a token that came while its client waited for a slot', () => {
    const house = new House({ maxSessionsPerUser: 1 }, { hooks: { onRefresh: () => ({}) } });
    const first = house.connect('u');
    const { socket } = house.knock('u');
    socket.say({ type: 'refresh', token: canary });
    first.socket.leave();
    expect(socket.frames.map(({ type }) => type)).toEqual(['ready', 'refreshed']);
  });
});
