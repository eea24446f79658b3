import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/sessions/store/store-error.ts';
import { messageOf } from '../../../src/stores/redis/answers.ts';
import { storeErrorOf } from '../../../src/stores/redis/failure.ts';
import { Keys } from '../../../src/stores/redis/keys.ts';
import { packedField, packedLine, unpacked } from '../../../src/stores/redis/packed-text.ts';
import { slotOf, slotRangesOf } from '../../../src/stores/redis/slots.ts';
import { warningsOf } from '../../../src/stores/redis/warnings.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
/** Lone surrogates, signs that packing gives a meaning, and what base64url is made of. */
const nasty = fc
  .array(fc.constantFrom('\ud800', '\udc00', '~', '|', '\n', 'a', 'b', '0', '}'), { maxLength: 6 })
  .map((parts) => parts.join(''));

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

function info(facts: Record<string, string>): string {
  const all = {
    redis_version: '7.0.15',
    role: 'master',
    maxmemory: '1000',
    maxmemory_policy: 'noeviction',
    ...facts,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}:${value}`);
  return `# Server\r\n${lines.join('\r\n')}\r\n`;
}

describe('texts in Redis', () => {
  it('I8 any text comes back as it was, on one line, and no two become one', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nasty), fc.oneof(anyText, nasty), (one, other) => {
        expect(unpacked(packedLine(one))).toBe(one);
        expect(unpacked(packedField(one))).toBe(one);
        expect(packedLine(one)).not.toMatch(/\n|^$/);
        expect(packedField(one)).not.toMatch(/[\n|]|^$/);
        expect(packedLine(one) === packedLine(other)).toBe(one === other);
      }),
      { numRuns: 500 },
    );
  });

  it('an ordinary user id stands in its keys as it is', () => {
    const keys = new Keys('holdfast').of('auth0|größe');
    expect(keys.record).toMatch(/^\{holdfast:\d{1,3}\}:u:auth0\|größe$/);
  });

  it('all keys and channels of a user lie in one slot', () => {
    const all = new Keys('holdfast');
    fc.assert(
      fc.property(fc.oneof(anyText, nasty), (user) => {
        const { record, log, eventIds, messageIds, limits, tag } = all.of(user);
        const names = [record, log, eventIds, messageIds, limits, all.held(tag, 7), `${tag}:to:7`];
        expect(new Set(names.map(slotOf)).size).toBe(1);
      }),
    );
  });

  it('slots are those of Redis Cluster', () => {
    // Source: CLUSTER KEYSLOT of Redis 7.0.15.
    expect(slotOf('{123456789}')).toBe(12_739);
    expect(slotOf('{holdfast:0}:u:ada')).toBe(slotOf('{holdfast:0}'));
  });

  it('a server of a Cluster that does not know its name has that of the one that was asked', () => {
    const answer = [
      [0, 5, ['10.0.0.1', 7000, 'id', []]],
      [6, 9, ['', 7001, 'id', []]],
    ];
    expect(slotRangesOf(answer, 'asked')).toEqual([
      { from: 0, to: 5, host: '10.0.0.1', port: 7000 },
      { from: 6, to: 9, host: 'asked', port: 7001 },
    ]);
  });

  it('E11 a message of a kind that a later version has is passed over', () => {
    expect(messageOf('moved\nada\n1')).toBeNull();
    expect(messageOf('')).toBeNull();
  });

  it('E11 what a later version adds to a message is passed over', () => {
    expect(messageOf('freed\nada\nmore')).toEqual({ type: 'freed', user: 'ada' });
    expect(messageOf('replaced\nada\n7\nevicted\nmore')).toEqual({
      type: 'replaced',
      user: 'ada',
      session: 7,
      cause: 'evicted',
    });
  });
});

describe('why Redis did not answer', () => {
  it.each([
    ['READONLY You can not write against a read only replica.', 'read-only'],
    ['MISCONF Redis is configured to save RDB snapshots', 'read-only'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'out-of-memory'],
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ['BUSY Redis is busy running a script.', 'busy'],
    ['NOAUTH Authentication required.', 'refused'],
    ['WRONGPASS invalid username-password pair', 'refused'],
    ['NOPERM this user has no permissions', 'refused'],
    ["ERR unknown command 'SPUBLISH'", 'refused'],
    ['MOVED 1 127.0.0.1:7000', 'refused'],
    ['CLUSTERDOWN The cluster is down', 'unreachable'],
    ['WRONGTYPE Operation against a key', 'broken'],
  ] as const)('%s: %s', (message, kind) => {
    expect(storeErrorOf(reply(message), null)).toMatchObject({ kind, name: 'StoreError' });
  });

  it('what broke the connection says more than that there is none', () => {
    const closed = new Error('Connection is closed.');
    expect(storeErrorOf(closed, null).kind).toBe('unreachable');
    expect(storeErrorOf(closed, reply('WRONGPASS no'))).toMatchObject({
      kind: 'refused',
      cause: { message: 'WRONGPASS no' },
    });
  });

  it('G11 what was asked of Redis is in no error', () => {
    const error = Object.assign(reply('ERR no'), { command: { name: 'auth', args: ['secret'] } });
    const failure = storeErrorOf(error, null);
    expect(JSON.stringify([failure, failure.cause])).not.toContain('secret');
    expect(failure.cause).not.toHaveProperty('command');
  });

  it('a StoreError stays what it is, and anything thrown has a kind', () => {
    const error = new StoreError('busy', 'x');
    expect(storeErrorOf(error, null)).toBe(error);
    expect(storeErrorOf('thrown', null).kind).toBe('broken');
    expect(storeErrorOf(new Error('Command timed out'), null).kind).toBe('timeout');
  });
});

describe('E9 what is wrong with a Redis', () => {
  it('nothing, with a policy that drops nothing', () => {
    expect(warningsOf(info({}), false)).toEqual([]);
    expect(warningsOf(info({ maxmemory: '0', maxmemory_policy: 'allkeys-lru' }), false)).toEqual(
      [],
    );
  });

  it.each([
    [{ maxmemory_policy: 'allkeys-lru' }, 'got allkeys-lru'],
    [{ maxmemory_policy: 'volatile-ttl' }, 'got volatile-ttl'],
    [{ redis_version: '6.2.1' }, 'Redis 7 or later, got 6.2.1'],
    [{ role: 'slave' }, 'got a replica'],
    [{ cluster_enabled: '1' }, 'got one of a Redis Cluster'],
  ])('%j', (facts, expected) => {
    expect(warningsOf(info(facts as Record<string, string>), false)).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  it('a server of a Cluster is right for a Cluster', () => {
    expect(warningsOf(info({ cluster_enabled: '1' }), true)).toEqual([]);
  });
});
