import { describe, expect, it } from 'vitest';
import type { SessionEvent } from 'holdfast';
import { EventLines } from '../../../src/server/log/event-lines.ts';
import { createGatewayLog } from '../../../src/server/log/gateway-log.ts';
import { prettyLine } from '../../../src/server/log/pretty-line.ts';
import { createUserNamer } from '../../../src/server/log/user-name.ts';

function linesOf(events: readonly SessionEvent[], showIds = false, level = 'info'): string[] {
  const texts: string[] = [];
  const destination = { write: (line: string): void => void texts.push(line) };
  const log = createGatewayLog({ node: 'n1', level, isPretty: false, destination });
  const nameUser = createUserNamer({ showIds, secret: 'admin-token-of-tests' });
  const lines = new EventLines({ log, nameUser, now: () => 0 });
  for (const event of events) lines.tell(event);
  lines.tellLeftOut();
  return texts;
}

const opened: SessionEvent = {
  type: 'opened',
  session: 's1',
  user: 'bob\n\u001b[31m%0d%0a',
  workMs: 0.123456,
  waitedMs: 0,
};

describe('G11 a line of the log', () => {
  it('is one JSON object with event, session, node and the user hashed', () => {
    const [line = ''] = linesOf([opened]);
    expect(line.split('\n')).toHaveLength(2);
    const fields = JSON.parse(line) as Record<string, unknown>;
    expect(fields).toMatchObject({ event: 'opened', session: 's1', node: 'n1', level: 'info' });
    expect(fields['user']).toMatch(/^[0-9a-f]{16}$/);
    expect(line).not.toContain('bob');
  });

  it('shows the user only when told to, and stays one line', () => {
    const [line = ''] = linesOf([opened], true);
    expect(line.split('\n')).toHaveLength(2);
    expect(JSON.parse(line)).toMatchObject({ user: opened.user });
  });

  it('for a person holds no control character of anybody', () => {
    const text = prettyLine(
      linesOf([{ ...opened, user: 'x\u009b\u2028\u007f\r\u001b[2J' }], true)[0]!,
    );
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(text).toContain('INFO  Session opened session="s1"');
  });

  it('names a user alike everywhere in a deployment, and differently in another', () => {
    const here = createUserNamer({ showIds: false, secret: 'a'.repeat(16) });
    const again = createUserNamer({ showIds: false, secret: 'a'.repeat(16) });
    const elsewhere = createUserNamer({ showIds: false, secret: 'b'.repeat(16) });
    expect(here('bob')).toBe(again('bob'));
    expect(here('bob')).not.toBe(elsewhere('bob'));
    expect(here('bob')).not.toBe(here('bob2'));
  });
});

describe('the lines of the seed document', () => {
  it('stand there word for word', () => {
    const lines = linesOf([
      { type: 'sweepStarted', intervalMs: 30_000 },
      { type: 'pressureReaped', user: 'u', examined: 5, found: 2, freed: 2 },
      { type: 'reaped', scope: 'all', cleaned: 3, kept: 0 },
    ]);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      '✅ Background cleanup task started successfully',
      '✅ Emergency cleanup successful - proceeding with manager creation',
      '🔥 EMERGENCY CLEANUP COMPLETE: Cleaned 3 managers',
    ]);
  });
});

describe('much at once', () => {
  it('I6 I12 is written up to a rate, and what was left out is counted', () => {
    const lines = linesOf(Array.from({ length: 1000 }, () => opened));
    expect(lines).toHaveLength(101);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      event: 'linesLeftOut',
      leftOut: { opened: 900 },
    });
  });

  it('FM-92 a refusal lists those in the way, ten of them at most', () => {
    const row = { id: 's', ageMs: 1, state: 'live', silentMs: 2, transport: 'open' };
    const refused: SessionEvent = {
      type: 'refused',
      user: 'u',
      reason: 'user-limit',
      limit: 12,
      live: 12,
      examined: 12,
      reaped: 0,
      blocking: Array.from({ length: 12 }, () => row),
      workMs: 1,
      waitedMs: 900,
    };
    const fields = JSON.parse(linesOf([refused])[0]!) as Record<string, unknown>;
    expect(fields['blocking']).toHaveLength(10);
    expect(fields).toMatchObject({ blockingUnlisted: 2, reason: 'user-limit', live: 12 });
  });

  it('costs nothing for lines that the level leaves out', () => {
    expect(linesOf([opened], false, 'warn')).toEqual([]);
  });
});
