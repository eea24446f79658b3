import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { acceptUpgrades, type UpgradeOptions } from '../../src/adapters/ws.ts';
import { UsageError } from '../../src/core/usage-error.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const layer = new SessionLayer({}, { clock: new ManualClock() });
const decide: UpgradeOptions['decide'] = () => ({ kind: 'reject', status: 403 });
const whole = 'a whole number from 1 to 2147483647';

/** What `acceptUpgrades` says to these, as plain JavaScript gives them. */
function complaintAbout(options: Readonly<Record<string, unknown>>): UsageError {
  const given: UpgradeOptions = { layer, decide, ...options };
  try {
    acceptUpgrades(createServer(), given);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('Expected acceptUpgrades to throw.');
}

describe('the options of acceptUpgrades', () => {
  it.each([
    ['layer', undefined, 'a SessionLayer', 'undefined'],
    ['layer', {}, 'a SessionLayer', 'a value of type object'],
    ['decide', undefined, 'a function', 'undefined'],
    ['decide', 'no', 'a function', '"no"'],
    ['onUnfinished', true, 'a function', 'true'],
    ['onUnfinished', null, 'a function', 'null'],
    ['maxPayloadBytes', 'x', whole, '"x"'],
    ['maxPayloadBytes', 0, whole, '0'],
    ['maxPayloadBytes', 2 ** 31, whole, '2147483648'],
    ['maxPayloadBytes', null, whole, 'null'],
    ['decisionTimeoutMs', Number.NaN, whole, 'NaN'],
    ['decisionTimeoutMs', Number.POSITIVE_INFINITY, whole, 'Infinity'],
    ['decisionTimeoutMs', 2 ** 31, whole, '2147483648'],
    ['mostUndecided', 1.5, whole, '1.5'],
    ['mostUndecided', -1, whole, '-1'],
  ])(
    'I12 keep their bounds: a bad `%s` is named, with what it should be and what came: %s',
    (name, value, expected, got) => {
      const error = complaintAbout({ [name]: value });
      expect(error.code).toBe('bad-option');
      expect(error.options).toEqual([name]);
      expect(error.message).toBe(`Expected \`${name}\` to be ${expected}, got ${got}.`);
    },
  );

  it('FM-62 are known by name: none is left unread', () => {
    const error = complaintAbout({ maxPayload: 1024 });
    expect(error).toMatchObject({ code: 'bad-option', options: ['maxPayload'] });
    expect(error.message).toBe(
      'Expected an option of acceptUpgrades, got `maxPayload`. Known are: layer, decide, maxPayloadBytes, decisionTimeoutMs, mostUndecided, onUnfinished.',
    );
  });
});
