import { describe, expect, it } from 'vitest';
import type { ClusterNodeParts } from '../../src/cluster/cluster-parts.ts';
import type { SessionOptions } from '../../src/core/options.ts';
import { holdfastCodec } from '../../src/sessions/codec.ts';
import type { OpenRequest } from '../../src/sessions/open-request.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { type Asked, askedOn, takeOver, wordsOn } from '../asking/asked-house.ts';
import { ClusterHouse, type Guest, type TestNode } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

const user = { userId: 'ada' };

/** Two nodes that ask, one of the two slots of `ada` taken at each of them; all came 2 s ago. */
class AskedCluster extends ClusterHouse {
  readonly link: TestLink = new TestLink();
  readonly living: Guest[] = [];

  static async of(
    options: SessionOptions = {},
    parts: Partial<ClusterNodeParts> = {},
  ): Promise<AskedCluster> {
    const house = new AskedCluster();
    const all: SessionOptions = { onLimit: 'ask', maxSessionsPerUser: 2, ...options };
    await house.join(all, { ...parts, link: house.link });
    await house.join(all, parts);
    await house.run(1_100);
    for (const [place, node] of house.nodes.entries())
      house.living.push(await house.enter(node, { ...user, device: `device ${place}` }));
    await house.run(2_000);
    return house;
  }

  get one(): TestNode {
    return this.nodes[0] as TestNode;
  }

  get two(): TestNode {
    return this.nodes[1] as TestNode;
  }

  /** The id of the session at this place. */
  idOf(place: number): string {
    const { outcome } = this.living[place] as Guest;
    return outcome?.outcome === 'opened' ? outcome.session.id : 'none';
  }

  closesOf(place: number): readonly { readonly code: number; readonly reason: string }[] {
    return this.living[place]?.socket.closes ?? [];
  }

  /** Comes to the first node; all have proven to be alive by the time this returns. */
  async ask(request: Partial<OpenRequest> = {}, socket?: FakeSocket): Promise<Guest> {
    const guest = this.come(this.one, { ...user, ...request }, socket);
    await this.run(50);
    return guest;
  }

  /** The same, answered. */
  async answer(guest: Guest, session: string): Promise<Guest> {
    takeOver(guest.socket, session);
    await this.run(50);
    return guest;
  }

  told<T extends SessionEvent['type']>(
    type: T,
    node: TestNode = this.one,
  ): Extract<SessionEvent, { readonly type: T }>[] {
    return node.events.filter(
      (event): event is Extract<SessionEvent, { readonly type: T }> => event.type === type,
    );
  }

  get ends(): readonly string[] {
    return this.told('askingEnded').map(({ how }) => how);
  }

  /** Causes of all ends of sessions on both nodes. */
  get causes(): readonly string[] {
    return this.nodes.flatMap((node) => this.told('closed', node).map(({ cause }) => cause));
  }
}

function idsOf({ sessions }: Asked): readonly string[] {
  return sessions.map(({ session }) => session);
}

describe('a newcomer over sessions of several nodes that are all alive', () => {
  it('I3 I8 is asked which of the sessions of its own user, wherever they are, is to end', async () => {
    const house = await AskedCluster.of();
    await house.enter(house.two, { userId: 'bob' });
    const { socket, outcome } = await house.ask();
    expect(outcome).toBeNull();
    const [first, second] = house.nodes.map(({ node }) => {
      const [session] = node.layer.sessionsOf('ada');
      return session === undefined ? undefined : node.layer.view(session);
    });
    expect(wordsOn(socket)).toEqual(['limit']);
    const asked = askedOn(socket);
    expect(asked).toMatchObject({ type: 'limit', limit: 2, expiresIn: 30_000 });
    expect(asked.sessions).toMatchObject([
      { session: first?.id, device: 'device 0', openedAt: first?.openedAt },
      { session: second?.id, device: 'device 1', openedAt: second?.openedAt },
    ]);
    for (const { lastSeenMs } of asked.sessions) expect(lastSeenMs).toBeLessThan(50);
    expect(house.told('asked')).toEqual([{ type: 'asked', user: 'ada', limit: 2, live: 2 }]);
    expect([house.one.node.waiting('ada'), await house.rowsOf('ada')]).toEqual([1, 2]);
  });

  it('I1 I2 ends the one it chose on another node, 4409, and has its slot', async () => {
    const house = await AskedCluster.of();
    const guest = await house.answer(await house.ask({ device: 'phone' }), house.idOf(1));
    expect(guest.outcome?.outcome).toBe('opened');
    expect(wordsOn(guest.socket)).toEqual(['limit', 'ready']);
    expect(guest.socket.frames[1]).toMatchObject({ limit: 2, sessions: 2 });
    expect(house.closesOf(1)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect(house.closesOf(0)).toEqual([]);
    expect(house.told('closed', house.two)).toMatchObject([{ cause: 'taken-over' }]);
    expect(house.told('evicted', house.two)).toMatchObject([{ policy: 'ask' }]);
    expect(house.told('askingEnded')).toEqual([
      { type: 'askingEnded', user: 'ada', how: 'took-over', session: house.idOf(1) },
    ]);
    expect([await house.rowsOf('ada'), house.one.node.waiting('ada')]).toEqual([2, 0]);
  });

  it('I1 I2 ends the one it chose on its own node as well, and nobody else', async () => {
    const house = await AskedCluster.of();
    const guest = await house.answer(await house.ask(), house.idOf(0));
    expect(guest.outcome?.outcome).toBe('opened');
    expect(house.closesOf(0)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect([house.causes, house.closesOf(1)]).toEqual([['taken-over'], []]);
    expect(house.told('evicted')).toMatchObject([{ policy: 'ask', session: house.idOf(0) }]);
    expect(house.one.node.layer.count('ada')).toBe(1);
    await house.run(3_000);
    expect([await house.rowsOf('ada'), guest.socket.isOpen]).toEqual([2, true]);
  });

  it('is refused for good after 30 s without an answer', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.run(29_800);
    expect(guest.outcome).toBeNull();
    await house.run(400);
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'user-limit' } });
    expect(guest.outcome).not.toHaveProperty('refusal.retryAfterMs');
    expect(guest.outcome).toMatchObject({ refusal: { blocking: [{ id: house.idOf(0) }, {}] } });
    expect(guest.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    expect([house.ends, house.causes, await house.rowsOf('ada')]).toEqual([['expired'], [], 2]);
  });

  it('I11 has its 30 s by the fair clock', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.run(28_000);
    house.clock.stall(3_000);
    await house.run(500);
    expect(guest.outcome).toBeNull();
    await house.answer(guest, house.idOf(1));
    expect(guest.outcome?.outcome).toBe('opened');
  });

  it('I12 may be as many at once on a node as there are slots; one more is told when to come back', async () => {
    const house = await AskedCluster.of();
    const [first, second, third] = [await house.ask(), await house.ask(), await house.ask()];
    expect([first.outcome, second.outcome]).toEqual([null, null]);
    expect(third.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'rate' } });
    first.socket.leave();
    await house.run(50);
    expect(first.outcome).toEqual({ outcome: 'left' });
    const next = await house.ask();
    expect([next.outcome, wordsOn(next.socket)]).toEqual([null, ['limit']]);
    expect(house.ends).toEqual(['left']);
  });

  it('I5 leaves nothing behind when its caller gives up', async () => {
    const house = await AskedCluster.of();
    const { pulse } = house.one.node.layer.cluster;
    const entries = pulse.size;
    const socket = new FakeSocket(house.clock);
    const admission = house.one.node.open({ ...user, socket });
    await house.run(50);
    if (admission.outcome !== 'waiting') throw new Error('Expected a newcomer who waits.');
    admission.withdraw();
    await house.run(2_100);
    expect(await admission.settled).toEqual({ outcome: 'left' });
    expect(socket.closes).toEqual([{ code: 1000, reason: '' }]);
    expect([house.ends, house.one.node.waiting('ada')]).toEqual([['left'], 0]);
    expect(pulse.size).toBe(entries);
  });
});

describe('nobody is asked over several nodes', () => {
  it('while somebody has not proven to be alive: its slot is given instead', async () => {
    const house = await AskedCluster.of();
    (house.living[1] as Guest).socket.isFrozen = true;
    const guest = await house.enter(house.one, user);
    expect([guest.outcome?.outcome, wordsOn(guest.socket)]).toEqual(['opened', ['ready']]);
    expect([house.causes, house.told('asked')]).toEqual([['no-pong'], []]);
  });

  it('who has no socket yet, or one that takes nothing: it is denied', async () => {
    const house = await AskedCluster.of();
    const admission = house.one.node.open(user);
    if (admission.outcome !== 'waiting') throw new Error('Expected a newcomer who waits.');
    const deaf = new FakeSocket(house.clock);
    deaf.outcome = 'dropped';
    const guest = await house.ask({}, deaf);
    const denied = { outcome: 'refused', refusal: { reason: 'user-limit' } };
    expect(await admission.settled).toMatchObject(denied);
    expect(guest.outcome).toMatchObject(denied);
    expect([house.told('asked'), house.ends, house.causes]).toEqual([[], [], []]);
  });

  it('on a wire that has no word for it', async () => {
    const house = await AskedCluster.of({}, { codec: { ...holdfastCodec, greets: false } });
    const guest = await house.ask();
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit' } });
    expect(house.told('asked')).toEqual([]);
  });

  it('A12 whom the end of one session would not let in', async () => {
    const house = await AskedCluster.of();
    await house.two.node.setLimit('ada', 1);
    const guest = await house.ask();
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit', limit: 1 } });
    expect([house.told('asked'), house.causes]).toEqual([[], []]);
  });

  it('who is not welcome any more', async () => {
    const house = await AskedCluster.of({}, { isWelcome: (extra) => extra !== 'revoked' });
    const guest = await house.ask({ extra: 'revoked' });
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'user-limit' } });
    expect([guest.socket.written, house.told('asked')]).toEqual([[], []]);
  });
});

describe('a slot that becomes free on any node while a newcomer is asked', () => {
  it('I3 is given to it at once', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    (house.living[1] as Guest).socket.leave();
    await house.run(20);
    expect([guest.outcome?.outcome, wordsOn(guest.socket)]).toEqual(['opened', ['limit', 'ready']]);
    expect([house.ends, await house.rowsOf('ada')]).toEqual([['slot-free'], 2]);
  });

  it.each([0, 4, 8, 12, 16, 24, 32])(
    'I3 is not missed where it does so %i microtasks after a wrong answer',
    async (after) => {
      const house = await AskedCluster.of();
      const guest = await house.ask();
      takeOver(guest.socket, 'none');
      for (let turn = 0; turn < after; turn += 1) await Promise.resolve();
      (house.living[1] as Guest).socket.leave();
      await house.run(50);
      expect(guest.outcome?.outcome).toBe('opened');
    },
  );

  it('I3 is that of a session found dead meanwhile, within the probe timeout of its first unanswered ping', async () => {
    const house = await AskedCluster.of({ pingIntervalMs: 5_000 });
    const guest = await house.ask();
    (house.living[1] as Guest).socket.isFrozen = true;
    await house.run(5_000 + 1_000 + 1_000 + 200);
    expect([guest.outcome?.outcome, house.causes, house.ends]).toEqual([
      'opened',
      ['no-pong'],
      ['slot-free'],
    ]);
  });

  it('I3 is that of a node that is gone, once its lease has lapsed', async () => {
    const house = await AskedCluster.of();
    const guest = house.come(house.two, user);
    await house.run(50);
    expect(wordsOn(guest.socket)).toEqual(['limit']);
    house.link.cut();
    await house.run(7_500);
    expect(wordsOn(guest.socket)).toEqual(['limit', 'ready']);
    expect(house.told('askingEnded', house.two)).toMatchObject([{ how: 'slot-free' }]);
  });

  it('A12 comes with a limit that is raised', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.two.node.setLimit('ada', 3);
    await house.run(20);
    expect([guest.outcome?.outcome, house.ends]).toEqual(['opened', ['slot-free']]);
  });

  it('I3 is given instead of that of the one it chose: nobody alive is ended where somebody is dead', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    (house.living[1] as Guest).socket.claimed = 'closed';
    await house.answer(guest, house.idOf(0));
    expect(guest.outcome?.outcome).toBe('opened');
    expect([house.causes, house.ends]).toEqual([['transport-closed'], ['slot-free']]);
    expect(house.closesOf(0)).toEqual([]);
  });

  it('is none where a client comes back with its ticket on another node', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    const [{ socket }] = house.living as [Guest];
    const { ticket } = socket.frames[0] as { ticket: string };
    const back = await house.enter(house.two, { ...user, resume: { ticket } });
    expect([back.outcome?.outcome, guest.outcome]).toEqual(['opened', null]);
    await house.answer(guest, house.idOf(0));
    expect(wordsOn(guest.socket)).toEqual(['limit', 'unknown-session', 'limit']);
    const session = back.outcome?.outcome === 'opened' ? back.outcome.session.id : 'none';
    expect(idsOf(askedOn(guest.socket))).toContain(session);
    await house.answer(guest, session);
    expect([guest.outcome?.outcome, house.causes]).toEqual([
      'opened',
      ['superseded', 'taken-over'],
    ]);
  });
});

describe('an answer that is wrong', () => {
  it('I8 G15 of a session that is over, of another user, or of nobody is told alike, with what is true now', async () => {
    const house = await AskedCluster.of({ maxSessionsPerUser: 3 });
    const third = await house.enter(house.two, user);
    const other = await house.enter(house.two, { userId: 'bob' });
    const guest = await house.ask();
    const over = third.outcome?.outcome === 'opened' ? third.outcome.session.id : 'none';
    const foreign = other.outcome?.outcome === 'opened' ? other.outcome.session.id : 'none';
    await house.two.node.setLimit('ada', 2);
    third.socket.leave();
    await house.run(50);
    const answers: unknown[] = [];
    for (const id of [over, foreign, 'nobody', '', `${house.idOf(1)}.1`]) {
      guest.socket.written.length = 0;
      await house.answer(guest, id);
      answers.push(guest.socket.frames.map(({ code, type, message }) => [type, code, message]));
      expect(idsOf(askedOn(guest.socket))).toEqual([house.idOf(0), house.idOf(1)]);
    }
    expect(answers).toHaveLength(5);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(wordsOn(guest.socket)).toEqual(['unknown-session', 'limit']);
    expect([other.socket.isOpen, house.told('askingEnded')]).toEqual([true, []]);
  });

  it('may be put right, within the time that is left', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.run(10_000);
    await house.answer(guest, 'none');
    expect(askedOn(guest.socket).expiresIn).toBeLessThanOrEqual(20_000);
    expect(askedOn(guest.socket).expiresIn).toBeGreaterThan(19_800);
    await house.answer(guest, house.idOf(1));
    expect([guest.outcome?.outcome, house.told('asked').length]).toEqual(['opened', 1]);
  });

  it('A12 ends nobody where the limit was lowered so that nobody would get in', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    await house.two.node.setLimit('ada', 1);
    await house.answer(guest, house.idOf(1));
    expect(wordsOn(guest.socket)).toEqual(['limit', 'no-room', 'limit']);
    expect([askedOn(guest.socket).limit, house.causes]).toEqual([1, []]);
  });

  it.each(['no frame', '{"type":"takeover"}', '[]'])('ends it with 4400: %s', async (text) => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    guest.socket.say(text);
    await house.run(20);
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'bad-frame' } });
    expect(guest.socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
    expect([house.ends, house.causes]).toEqual([['turned-away'], []]);
  });

  it('I12 is answered no further than a log is large, by one that does not read', async () => {
    const house = await AskedCluster.of({ historyBytes: 1_024 });
    const guest = await house.ask();
    for (let attempt = 0; attempt < 8; attempt += 1) await house.answer(guest, 'none');
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'rate' } });
    const bytes = guest.socket.written.reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(1_024);
  });

  it('I12 is counted: sixteen frames in all', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    for (let attempt = 0; attempt < 16; attempt += 1) guest.socket.say({ type: 'ping' });
    expect(guest.outcome).toBeNull();
    await house.answer(guest, house.idOf(1));
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'rate' } });
    expect(house.causes).toEqual([]);
  });
});

describe('what an asker says besides', () => {
  it('is held, and served once it is in; an answer before the question is none', async () => {
    const house = await AskedCluster.of({}, { hooks: { onMessage: () => {} } });
    const guest = house.come(house.one, user);
    takeOver(guest.socket, house.idOf(1));
    await house.run(50);
    expect(wordsOn(guest.socket)).toEqual(['limit']);
    guest.socket.say({ type: 'message', data: 2, id: 'b' });
    await house.answer(guest, house.idOf(1));
    expect(wordsOn(guest.socket)).toEqual(['limit', 'ready', 'not-asked', 'accepted']);
    expect(house.causes).toEqual(['taken-over']);
  });

  it('I2 what it was told lies before its first ping, which is given more time for it', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    const { length } = guest.socket.written.join('');
    takeOver(guest.socket, house.idOf(1));
    await house.settle();
    const { outcome } = guest;
    if (outcome?.outcome !== 'opened') throw new Error('Expected a session.');
    const ready = guest.socket.written.slice(1).join('').length;
    expect(outcome.session.unconfirmedBytes).toBeGreaterThanOrEqual(length + ready);
  });
});

describe('an asking over several nodes that ends otherwise', () => {
  it('I2 ends no session for one who is not welcome when it answers', async () => {
    const banned = new Set<unknown>();
    const house = await AskedCluster.of({}, { isWelcome: (extra) => !banned.has(extra) });
    const guest = await house.ask({ extra: 'token' });
    banned.add('token');
    await house.answer(guest, house.idOf(1));
    expect(guest.outcome).toMatchObject({ refusal: { reason: 'unauthorized' } });
    expect(guest.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
    expect([house.ends, house.causes]).toEqual([['turned-away'], []]);
  });

  it('is over at once for one whose token was revoked', async () => {
    const house = await AskedCluster.of();
    const lost = await house.ask({ extra: 'lost' });
    const other = await house.ask({ extra: 'other' });
    expect(house.one.node.turnAwayWaiting('ada', (extra) => extra === 'lost')).toBe(1);
    await house.settle();
    expect([lost.outcome?.outcome, other.outcome]).toEqual(['refused', null]);
    expect(lost.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
  });

  it('I2 ends nobody for a newcomer whose connection is closed', async () => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    guest.socket.claimed = 'closed';
    await house.answer(guest, house.idOf(1));
    expect([guest.outcome, house.causes]).toEqual([{ outcome: 'left' }, []]);
  });

  it.each([0, 10_000])('is told when to come back by a drain of %i ms', async (withinMs) => {
    const house = await AskedCluster.of();
    const guest = await house.ask();
    void house.one.node.drain({ withinMs });
    await house.run(20);
    expect(guest.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'draining' } });
    expect([guest.socket.closes[0]?.code, house.ends]).toEqual([1012, ['turned-away']]);
  });

  it('E8 is decided without the store when that is away, by what is said about that', async () => {
    for (const onStoreFailure of ['local', 'refuse'] as const) {
      const house = await AskedCluster.of({}, { onStoreFailure });
      const guest = await house.ask();
      house.link.cut();
      await house.run(2_000);
      expect(guest.outcome).toBeNull();
      await house.answer(guest, house.idOf(1));
      await house.run(1_000);
      const isIn = onStoreFailure === 'local';
      expect(guest.outcome?.outcome).toBe(isIn ? 'opened' : 'refused');
      expect(wordsOn(guest.socket)).toEqual(isIn ? ['limit', 'ready'] : ['limit']);
      expect(guest.socket.closes[0]?.code).toBe(isIn ? undefined : 1013);
      expect([house.ends, house.causes]).toEqual([[isIn ? 'slot-free' : 'turned-away'], []]);
    }
  });
});

describe('whoever gives way on the node of the newcomer', () => {
  it('I1 is ended at once under evict-oldest as well', async () => {
    const house = await AskedCluster.of({ onLimit: 'evict-oldest' });
    const guest = await house.ask();
    expect(guest.outcome?.outcome).toBe('opened');
    expect(house.closesOf(0)).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect([house.causes, house.one.node.layer.count('ada')]).toEqual([['evicted'], 1]);
  });
});
