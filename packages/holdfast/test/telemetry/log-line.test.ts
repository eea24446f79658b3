import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { logLineOf } from '../../src/telemetry/log-line.ts';
import { House } from '../sessions/house.ts';

describe('the lines of the log', () => {
  test.each<[SessionEvent, string]>([
    [{ type: 'sweepStarted', intervalMs: 1 }, '✅ Background cleanup task started successfully'],
    [
      { type: 'pressureReaped', user: 'u', examined: 5, found: 1, freed: 1 },
      '✅ Emergency cleanup successful - proceeding with manager creation',
    ],
    [
      { type: 'reaped', scope: 'user', cleaned: 3, kept: 2 },
      '🔥 EMERGENCY CLEANUP COMPLETE: Cleaned 3 managers',
    ],
  ])('are those of the seed, word for word: %j', (event, msg) => {
    expect(logLineOf(event)).toEqual({ level: 'info', msg });
  });

  test('claim no success where there was none', () => {
    expect(
      logLineOf({ type: 'pressureReaped', user: 'u', examined: 5, found: 0, freed: 0 }),
    ).toBeNull();
    expect(
      logLineOf({ type: 'pressureReaped', user: 'u', examined: 5, found: 2, freed: 0 })?.level,
    ).toBe('error');
  });

  test('G11 hold nothing of a user, a client or an event', () => {
    const canary = 'c4n4ry\n\u001b[31m';
    const house = new House(
      { maxSessionsPerUser: 1, historyEvents: 1 },
      { hooks: { onMessage: () => {} } },
    );
    const { socket } = house.connect(canary, { device: canary });
    socket.say(`{"type":"message","data":${JSON.stringify(canary)},"id":"c4n4ry"}`);
    house.layer.publish(canary, { event: canary, data: canary });
    house.layer.setLimit(canary, 1);
    house.knock(canary);
    socket.say(canary);
    house.clock.advance(60_000);
    const lines = house.events.map((event) => logLineOf(event)?.msg ?? '');
    expect(lines.filter((line) => line !== '').length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(line).not.toContain('c4n4ry');
      expect(line).not.toContain('\n');
      expect(line).not.toContain('\u001b');
    }
    expect(
      house
        .told('closed')
        .map(({ note }) => note ?? '')
        .join(),
    ).not.toContain('c4n4ry');
  });

  test('weigh a drift of the audit as an error and leave out what is too frequent', () => {
    const swept = { type: 'swept', examined: 1, reaped: 0, tookMs: 1 } as const;
    expect(logLineOf({ ...swept, drift: 1 })?.level).toBe('error');
    expect(logLineOf({ ...swept, drift: 0 })).toBeNull();
    expect(logLineOf({ type: 'pingAnswered', session: 's', roundTripMs: 1 })).toBeNull();
    expect(logLineOf({ type: 'published', user: 'u', events: 1, bytes: 1 })).toBeNull();
    expect(logLineOf({ type: 'lost', user: 'u', events: 1, reason: 'overflow' })?.level).toBe(
      'warn',
    );
  });
});
