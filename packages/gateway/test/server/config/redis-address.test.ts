import { describe, expect, it } from 'vitest';
import { describeRedisAddress } from '../../../src/server/config/redis-address.ts';
import { GIVEN, problemsOf, resolve } from './sources.ts';

describe('an address of Redis', () => {
  it.each([
    'redis://127.0.0.1:6379',
    'redis://cache',
    'redis://:secret@cache:6380/3',
    'rediss://user:secret@cache.example:6380',
    'redis://[::1]:6379',
    'redis://a:7000,redis://b:7001, redis://c:7002',
    'rediss://u:s@a:7000,rediss://u:s@b:7001',
    'redis+sentinel://s1:26379,s2:26379/mymaster',
    'rediss+sentinel://u:secret@s1/mymaster/2',
  ])('%s is one', (redisUrl) => {
    expect(resolve({ flags: { ...GIVEN, redisUrl } }).config.redisUrl).toBe(redisUrl);
  });

  it('may be a list in a file', () => {
    const file = 'redisUrl: ["redis://a:7000", "redis://b:7001"]\nredisPrefix: shop\n';
    const { config } = resolve({ flags: { ...GIVEN, config: 'h.yaml' }, file });
    expect([config.redisUrl, config.redisPrefix]).toEqual([
      'redis://a:7000,redis://b:7001',
      'shop',
    ]);
    const number = { flags: { ...GIVEN, config: 'h.yaml' }, file: 'redisPrefix: 7\n' };
    expect(problemsOf(number)[0]).toContain('to be text (in quotes)');
  });

  it.each([
    'canary',
    'http://canary:6379',
    'redis:canary',
    'redis://',
    'redis://u:canary@',
    'redis://canary:port',
    'redis://canary/zero',
    'redis://u:canary@a:7000,http://b',
    'redis://u:canary@a:7000,rediss://b',
    'redis+sentinel://canary:26379',
    'redis+sentinel://canary:26379/',
    'redis+canary://a/b',
    '',
  ])('G11 %j is none, and is not repeated', (redisUrl) => {
    const problems = problemsOf({ flags: { ...GIVEN, redisUrl } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('Expected `--redis-url` to be redis://HOST:PORT');
    expect(problems[0]).not.toContain('canary');
  });

  it.each([
    ['redis://user:canary@a:6379/1?password=canary', 'redis://a:6379/1'],
    ['redis://:canary@a:7000,redis://u:can,ary@b:7001', 'redis://a:7000,redis://b:7001'],
    ['redis+sentinel://:c@nary@s1:1,s2:2/name', 'redis+sentinel://s1:1,s2:2/name'],
    ['redis://a:6379', 'redis://a:6379'],
  ])('G11 is told without what is secret in it: %#', (given, told) => {
    expect(describeRedisAddress(given)).toBe(told);
  });
});

describe('nodes that share a store', () => {
  const redisUrl = 'redis://:canary@cache:6379';

  it.each([
    [{ rollout: '10' }, ['`--rollout`', '`--redis-url`']],
    [{ rolloutFile: 'mark.json' }, ['`--rollout-file`', '`--redis-url`']],
    [{ rolloutProvider: './flags.js' }, ['`--rollout-provider`', '`--redis-url`']],
  ])('cannot do %j yet, and say so', (flags, parts) => {
    const problems = problemsOf({ flags: { ...GIVEN, redisUrl, ...flags } });
    expect(problems).toHaveLength(1);
    for (const part of parts) expect(problems[0]).toContain(part);
    expect(problems[0]).not.toContain('canary');
    expect(problemsOf({ flags: { ...GIVEN, ...flags } })).toEqual([]);
  });

  it.each(['deny', 'evict-oldest', 'ask'])('may do %s at the limit', (onLimit) => {
    expect(problemsOf({ flags: { ...GIVEN, redisUrl, onLimit } })).toEqual([]);
  });

  it('tell an address that nobody elsewhere reaches, unless they are given another one', () => {
    const all = { ...GIVEN, redisUrl, host: '0.0.0.0' };
    expect(resolve({ flags: all }).notes[0]).toContain('`--node-url`');
    const nodeUrl = 'http://10.0.0.7:8080';
    expect(resolve({ flags: { ...all, nodeUrl } }).notes).toEqual([]);
    expect(resolve({ flags: { ...all, redisUrl: undefined } }).notes).toEqual([]);
    expect(resolve({ flags: { ...all, host: '10.0.0.7' } }).notes).toEqual([]);
  });

  it.each(['redisPassword', 'redisSentinelPassword'])('%s without an address', (name) => {
    const flags = { ...GIVEN, [name]: 'canary-0' };
    const problems = problemsOf({ flags });
    expect(problems).toEqual([expect.stringContaining('Expected `--redis-url` to be given')]);
    expect(problems[0]).not.toContain('canary-0');
    expect(problemsOf({ flags: { ...flags, redisUrl } })).toEqual([]);
  });

  it.each(['', 'two words', 'a.b', 'ä', 'x'.repeat(65)])('have no prefix %j', (redisPrefix) => {
    expect(problemsOf({ flags: { ...GIVEN, redisPrefix } })[0]).toContain('`--redis-prefix`');
  });
});
