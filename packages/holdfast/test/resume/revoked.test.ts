import { describe, expect, test } from 'vitest';
import { mostRevokedLineages, RevokedLineages } from '../../src/sessions/revoked-lineages.ts';
import type { Session } from '../../src/sessions/session.ts';
import { eventsOn, House } from '../sessions/house.ts';
import { memoryOf, readyOn } from './client.ts';

const windowMs = 120_000;

describe('the ticket of a session whose token was revoked', () => {
  test('is spent: its bearer is a new session, of a lineage of its own', () => {
    const house = new House();
    const old = house.connect('u');
    const memory = memoryOf(old.socket);
    house.layer.closeUser('u', { cause: 'revoked' });
    const { session } = house.connect('u', { resume: memory });
    expect(session.lineage).toBe(session.generation);
    expect(house.told('ticketIgnored')).toEqual([
      { type: 'ticketIgnored', user: 'u', why: 'spent' },
    ]);
    expect(house.layer.findFor('u', old.session.id)).toBeNull();
  });

  test('I4 serves the position all the same: the user has a newer token', () => {
    const house = new House();
    const old = house.connect('u');
    const memory = memoryOf(old.socket);
    house.layer.closeUser('u', { cause: 'revoked' });
    house.layer.publish('u', { event: 'meanwhile' });
    const { socket } = house.connect('u', { resume: memory });
    expect(readyOn(socket)).toMatchObject({ resume: { outcome: 'replayed', replayed: 1 } });
    expect(eventsOn(socket)).toEqual(['meanwhile']);
  });

  test('gives nothing that was published for that session alone', () => {
    const house = new House();
    const old = house.connect('u');
    const memory = memoryOf(old.socket);
    house.layer.publish('u', { event: 'private' }, { session: old.session.id });
    house.layer.closeUser('u', { cause: 'revoked' });
    const { socket } = house.connect('u', { resume: memory });
    expect(eventsOn(socket)).toEqual([]);
  });

  test('is dead already to whoever comes with it when the end is told', () => {
    const house = new House();
    const old = house.connect('u');
    const memory = memoryOf(old.socket);
    const lineages: number[] = [];
    house.layer.subscribe((event) => {
      if (event.type === 'closed')
        lineages.push(house.connect('u', { resume: memory }).session.lineage);
    });
    house.layer.closeUser('u', { cause: 'revoked' });
    expect(lineages).toHaveLength(1);
    expect(lineages).not.toContain(old.session.lineage);
  });

  test('is dead for whoever waits with it, too', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const old = house.connect('u');
    const memory = memoryOf(old.socket);
    old.socket.leave();
    // Of the same lineage, with a ticket that names a later generation than the one waiting brings.
    const heir = house.connect('u', { resume: memory });
    house.clock.advance(100);
    const waiting = house.knock('u', { resume: memory });
    house.layer.close(heir.session.id, 'revoked');
    expect(house.layer.sessionsOf('u').map(({ lineage }) => lineage)).not.toContain(
      heir.session.lineage,
    );
    expect(waiting.socket.isOpen).toBe(true);
  });

  test('of another session of the user is as good as before', () => {
    const house = new House();
    const [revoked, kept] = house.fill('u', 2);
    const memory = memoryOf(kept!.socket);
    house.layer.close(revoked!.session.id, 'revoked');
    kept!.socket.leave();
    const { session } = house.connect('u', { resume: memory });
    expect(session.lineage).toBe(kept!.session.lineage);
    expect(house.told('ticketIgnored')).toEqual([]);
  });

  test('stays dead beyond the resume window while the user is here', () => {
    const house = new House({ resumeWindowMs: windowMs, environment: 'test' });
    const old = house.connect('u');
    house.connect('u');
    const memory = memoryOf(old.socket);
    house.layer.close(old.session.id, 'revoked');
    house.clock.advance(windowMs * 5);
    const { session } = house.connect('u', { resume: memory });
    expect(session.lineage).toBe(session.generation);
  });
});

describe('revoked lineages', () => {
  test('I5 are forgotten once the window is over and the user is gone', () => {
    const revoked = new RevokedLineages();
    revoked.add(sessionOf(1), 1_000);
    const look = (now: number, isHere: boolean): number => {
      revoked.forget({ now, resumeWindowMs: windowMs, isHere: () => isHere });
      return revoked.size;
    };
    expect(look(1_000 + windowMs - 1, false)).toBe(1);
    expect(look(1_000 + windowMs, true)).toBe(1);
    expect(look(1_000 + windowMs, false)).toBe(0);
  });

  test('I12 are bounded: the oldest gives way', () => {
    const revoked = new RevokedLineages();
    for (let lineage = 0; lineage <= mostRevokedLineages; lineage += 1)
      revoked.add(sessionOf(lineage), 0);
    expect(revoked.size).toBe(mostRevokedLineages);
    expect([revoked.has(0), revoked.has(1), revoked.has(mostRevokedLineages)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('turning away those who wait', () => {
  test('reaches the ones that are meant, and leaves the others their places', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.fill('u', 2, { roundTripMs: null });
    const meant = house.knock('u', { extra: 'stolen' });
    const other = house.knock('u', { extra: 'good' });
    const elsewhere = house.knock('v', { extra: 'stolen' });
    expect(house.layer.turnAwayWaiting('u', (extra) => extra === 'stolen')).toBe(1);
    expect(meant.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
    expect([house.layer.waiting('u'), elsewhere.outcome]).toEqual([1, 'opened']);
    house.clock.advance(2_000);
    expect(framesTypes(other.socket.frames)).toContain('ready');
    expect(house.layer.turnAwayWaiting('nobody', () => true)).toBe(0);
  });
});

function framesTypes(frames: readonly Record<string, unknown>[]): unknown[] {
  return frames.map(({ type }) => type);
}

function sessionOf(lineage: number): Session {
  return { lineage, userId: 'u' } as Session;
}
