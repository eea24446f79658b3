import { describe, expect, it } from 'vitest';
import { resolveRedisOptions } from '../../../src/stores/redis/redis-options.ts';

describe('where a store in Redis is', () => {
  it('one URL is a single server', () => {
    const { target, username, password, db, tls, prefix } = resolveRedisOptions(
      'redis://ada:s%40cret@db.example:6380/3',
    );
    expect(target).toMatchObject({
      kind: 'single',
      addresses: [{ host: 'db.example', port: 6380 }],
    });
    expect({ username, password, db, tls }).toEqual({
      username: 'ada',
      password: 's@cret',
      db: 3,
      tls: undefined,
    });
    expect(prefix).toBe('holdfast.3');
  });

  it('a URL needs no more than a host, also one in brackets', () => {
    expect(resolveRedisOptions('redis://localhost').target.addresses).toEqual([
      { host: 'localhost', port: 6379 },
    ]);
    expect(resolveRedisOptions('redis://[::1]:7000').target.addresses).toEqual([
      { host: '::1', port: 7000 },
    ]);
    expect(resolveRedisOptions('redis://:secret@localhost/')).toMatchObject({
      username: undefined,
      password: 'secret',
      db: 0,
    });
  });

  it('rediss stands for TLS', () => {
    expect(resolveRedisOptions('rediss://localhost').tls).toEqual({});
  });

  it('several URLs are the seeds of a Redis Cluster', () => {
    const { target } = resolveRedisOptions(['redis://:s@a:7000', 'redis://:s@b:7001']);
    expect(target).toMatchObject({
      kind: 'cluster',
      addresses: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
      ],
    });
  });

  it('redis+sentinel names the Sentinels, the master, and perhaps a database', () => {
    const settings = resolveRedisOptions('redis+sentinel://:secret@a:1,b/mymaster/2');
    expect(settings.target).toMatchObject({
      kind: 'sentinel',
      master: 'mymaster',
      addresses: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
    });
    expect(settings).toMatchObject({ password: 'secret', db: 2 });
  });

  it('options go before what the URL says', () => {
    const given = { urls: 'redis://a:b@localhost/1', username: 'c', password: 'd', db: 2 };
    expect(resolveRedisOptions(given)).toMatchObject({ username: 'c', password: 'd', db: 2 });
  });

  it('the defaults are half a second for an act, and five for a lease', () => {
    expect(resolveRedisOptions('redis://localhost')).toMatchObject({
      timeoutMs: 500,
      leaseMs: 5_000,
      prefix: 'holdfast',
    });
  });

  it.each([
    ['http://localhost', '`urls`'],
    ['redis://', '`urls`'],
    ['redis://a,b', 'a host and a port'],
    ['redis://localhost:0', 'a port from 1 to 65535'],
    ['redis://localhost:99999', 'a port from 1 to 65535'],
    ['redis://localhost/x', 'the database to be a number'],
    ['redis://a%zz@localhost', 'percent-encoded'],
    ['redis+sentinel://localhost:26379', 'the name of the master'],
    [[], 'at least one server'],
    [['redis://a', 'rediss://b'], 'seeds of one Redis Cluster'],
    [['redis://a', 'redis+sentinel://b/m'], 'seeds of one Redis Cluster'],
    [['redis://a/1', 'redis://b/1'], '`db` to be 0'],
    [{ urls: 'redis://a', prefix: 'a}b' }, '`prefix`'],
    [{ urls: 'redis://a', timeoutMs: 0 }, '`timeoutMs`'],
    [{ urls: 'redis://a', leaseMs: Number.NaN }, '`leaseMs`'],
    [{ urls: 'redis://a', db: -1 }, '`db`'],
    [{ urls: 'redis://a', host: 'b' } as { urls: string }, 'got `host`'],
    [undefined as unknown as string, '`urls`'],
  ])('%j is told what was expected', (given, expected) => {
    expect(() => resolveRedisOptions(given as string)).toThrowError(expected);
  });

  it('G11 no error text holds a password', () => {
    for (const url of ['redis://:secret@a:0', 'htt://:secret@a', 'redis://:secret@a/x'])
      expect(() => resolveRedisOptions(url)).toThrowError(/^(?!.*secret)/);
  });
});
