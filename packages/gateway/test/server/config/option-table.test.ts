import { describe, expect, it } from 'vitest';
import { listOptionDescriptors } from '../../../src/server/config/option-descriptors.ts';
import {
  flagOf,
  flagOfOption,
  keyOf,
  optionRows,
  variableOf,
} from '../../../src/server/config/option-names.ts';
import { parseOption } from '../../../src/server/config/option-values.ts';
import { findNearestName } from '../../../src/server/config/nearest-name.ts';

describe('the option table', () => {
  it('derives flag, variable and key from one name', () => {
    const row = optionRows.find(({ name }) => name === 'max-sessions-per-user')!;
    expect([flagOf(row), variableOf(row), keyOf(row)]).toEqual([
      '--max-sessions-per-user',
      'HOLDFAST_MAX_SESSIONS_PER_USER',
      'maxSessionsPerUser',
    ]);
  });

  it('names each option and each property once', () => {
    expect(new Set(optionRows.map(keyOf)).size).toBe(optionRows.length);
    expect(new Set(optionRows.map(({ property }) => property)).size).toBe(optionRows.length);
  });

  it('every default is a value a user could write', () => {
    const unreadable = optionRows.filter(
      (row) =>
        row.default !== undefined &&
        !parseOption(row, { text: row.default, label: flagOf(row) }).ok,
    );
    expect(unreadable).toEqual([]);
  });

  it('property names end in the unit of their kind', () => {
    const unitless = optionRows.filter(
      ({ kind, property }) =>
        (kind === 'duration' && !property.endsWith('Ms')) ||
        (kind === 'size' && !property.endsWith('Bytes')),
    );
    expect(unitless).toEqual([]);
  });

  it.each([
    ['maxSessionsPerUser', '--max-sessions-per-user'],
    ['onLimit', '--on-limit'],
    ['pingIntervalMs', '--ping-interval'],
    ['pingTimeoutMs', '--ping-timeout'],
    ['probeTimeoutMs', '--probe-timeout'],
    ['pressurePingIntervalMs', '--pressure-ping-interval'],
    ['environment', '--env'],
    ['cleanupIntervalMs', '--cleanup-interval'],
    ['openTimeoutMs', '--open-timeout'],
    ['resumeWindowMs', '--resume-window'],
    ['historyEvents', '--history-events'],
    ['historyBytes', '--history-bytes'],
    ['historyTotalBytes', '--history-total'],
    ['maxUnconfirmedBytes', '--max-unconfirmed'],
    ['onSlow', '--on-slow'],
    ['messageRate', '--message-rate'],
    ['userConnectRate', '--user-connect-rate'],
    ['somethingElse', 'somethingElse'],
  ])("the library's %s is %s", (name, flag) => {
    expect(flagOfOption(name)).toBe(flag);
  });

  it('descriptors tell a parser the flag with its value, and a reader the default', () => {
    const descriptors = listOptionDescriptors();
    expect(descriptors).toHaveLength(optionRows.length);
    expect(descriptors.find(({ key }) => key === 'pingInterval')).toEqual({
      key: 'pingInterval',
      flags: '--ping-interval <duration>',
      description: 'how often a silent session is pinged (default: 25s)',
      variable: 'HOLDFAST_PING_INTERVAL',
    });
    expect(descriptors.find(({ key }) => key === 'logUserIds')?.flags).toBe(
      '--log-user-ids [boolean]',
    );
  });
});

describe('the nearest name', () => {
  it('is the one with the fewest edits, letter case and separators aside', () => {
    const known = ['--ping-interval', '--ping-timeout', '--probe-timeout'];
    expect(findNearestName('pingTimout', known)).toBe('--ping-timeout');
    expect(findNearestName('PROBE_TIMEOUT', known)).toBe('--probe-timeout');
  });

  it('is found in no time for a name of any length', () => {
    expect(findNearestName('x'.repeat(1_000_000), ['a'])).toBe('a');
  });
});
