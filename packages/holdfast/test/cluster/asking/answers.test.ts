import { describe, expect, it } from 'vitest';
import { askedOn, takeOver, wordsOn } from '../../asking/asked-house.ts';
import { AskedCluster, idsOf, user } from './asked-cluster.ts';

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
