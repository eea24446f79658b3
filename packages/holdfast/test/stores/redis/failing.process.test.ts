import { describe, expect, it } from 'vitest';
import { RedisServer } from 'holdfast/testing';
import { connectRedis, type RedisStore, StoreError, type StoreErrorKind } from 'holdfast/redis';
import { eventually } from '../../real-redis/eventually.ts';
import { actorOf, admission, Ear, publication } from './acts.ts';

type Cleanup = (close: () => Promise<void>) => void;

async function setUp(
  cleanUp: Cleanup,
  ...args: readonly string[]
): Promise<{ server: RedisServer; store: RedisStore }> {
  const server = await RedisServer.start({ args });
  cleanUp(() => server.close());
  return { server, store: connect(cleanUp, server.url) };
}

/** Patient where time is not what is looked at: the machine may be busy. */
function connect(cleanUp: Cleanup, urls: string, timeoutMs = 10_000): RedisStore {
  const store = connectRedis({ urls, timeoutMs });
  cleanUp(() => store.close());
  return store;
}

const actor = actorOf(1);
let sessions = 0;

/** An act that writes; resolves to the kind of its failure, or `done`. Every failure is a StoreError. */
async function write(store: RedisStore): Promise<StoreErrorKind | 'done'> {
  sessions += 1;
  try {
    await store.admit(admission(actor, `user-${sessions}`, sessions));
    return 'done';
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
}

async function recovers(store: RedisStore): Promise<void> {
  await eventually('writes again', async () => (await write(store)) === 'done');
}

describe.concurrent('E8 a Redis that hurts is told of in one word, and used again when it is well', () => {
  it('OOM: nothing is added, slots are given back', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished);
    await store.admit(admission(actor, 'ada', 1));
    await server.ask('CONFIG', 'SET', 'maxmemory', '1');
    expect(await write(store)).toBe('out-of-memory');
    const given = { ...actor, user: 'ada', session: 1, isRevoked: false, keepMs: 60_000 };
    await expect(store.release(given)).resolves.toBe(true);
    await server.ask('CONFIG', 'SET', 'maxmemory', '0');
    expect(await write(store)).toBe('done');
  });

  it('READONLY: another server has become the master', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished);
    await recovers(store);
    await server.ask('REPLICAOF', '127.0.0.1', '1');
    expect(await write(store)).toBe('read-only');
    await server.ask('REPLICAOF', 'NO', 'ONE');
    await recovers(store);
  });

  it('LOADING: it reads its data', async ({ onTestFinished }) => {
    const slowly = ['--key-load-delay', '500', '--loading-process-events-interval-bytes', '1024'];
    const { server, store } = await setUp(onTestFinished, ...slowly);
    await recovers(store);
    await server.ask('EVAL', "for i = 1, 2000 do redis.call('SET', i, i) end", '0');
    await server.ask('SAVE');
    await server.kill();
    const restarted = server.restart();
    const seen = new Set<string>();
    await eventually('loads, then writes', async () => {
      seen.add(await write(store));
      return seen.has('done');
    });
    expect(seen).toContain('loading');
    expect([...seen].toSorted()).toEqual(['done', 'loading', 'unreachable']);
    await restarted;
  });

  it('BUSY: a script does not end', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished, '--busy-reply-threshold', '50');
    await recovers(store);
    const script = server.ask('EVAL', 'while true do end', '0').catch(String);
    await eventually('is busy', async () => (await write(store)) === 'busy');
    await server.ask('SCRIPT', 'KILL');
    expect(await script).toContain('killed');
    await recovers(store);
  });

  it('SCRIPT FLUSH: nobody notices', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished);
    await recovers(store);
    await server.ask('SCRIPT', 'FLUSH');
    expect(await Promise.all([write(store), write(store)])).toEqual(['done', 'done']);
  });

  it('CLIENT KILL: acts under way fail, later ones do not', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished);
    await recovers(store);
    await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(['unreachable', 'done']).toContain(await write(store));
    await recovers(store);
  });

  it('CLIENT PAUSE: no act takes longer than it may', async ({ onTestFinished }) => {
    const { server } = await setUp(onTestFinished);
    const store = connect(onTestFinished, server.url, 300);
    await recovers(store);
    await server.ask('CLIENT', 'PAUSE', '800', 'ALL');
    const began = performance.now();
    expect(await write(store)).toBe('timeout');
    expect(performance.now() - began).toBeGreaterThan(250);
    await recovers(store);
  });

  it('killed and started again: unreachable at once, then used again', async ({
    onTestFinished,
  }) => {
    const { server, store } = await setUp(onTestFinished);
    await recovers(store);
    await server.kill();
    await eventually('is unreachable', async () => (await write(store)) === 'unreachable');
    const began = performance.now();
    expect(await write(store)).toBe('unreachable');
    expect(performance.now() - began).toBeLessThan(5_000);
    await server.restart();
    await recovers(store);
  });

  it('a wrong password and a right that is missing are refusals', async ({ onTestFinished }) => {
    const { server } = await setUp(onTestFinished, '--requirepass', 'right');
    expect(await write(connect(onTestFinished, `redis://:wrong@127.0.0.1:${server.port}`))).toBe(
      'refused',
    );
    const admin = ['-a', 'right', '--no-auth-warning'];
    await server.ask(...admin, 'ACL', 'SETUSER', 'bob', 'on', '>pw', '~*', '&*', '+@read');
    expect(await write(connect(onTestFinished, `redis://bob:pw@127.0.0.1:${server.port}`))).toBe(
      'refused',
    );
    expect(await write(connect(onTestFinished, `redis://:right@127.0.0.1:${server.port}`))).toBe(
      'done',
    );
  });

  it('the rights that docs/redis.md names are enough', async ({ onTestFinished }) => {
    const { server } = await setUp(onTestFinished);
    const rights = ['-@all', '+@read', '+@write', '+@scripting', '+@pubsub', '+@connection'];
    const more = ['+time', '+info', '~{holdfast:*', '&{holdfast:*'];
    await server.ask('ACL', 'SETUSER', 'holdfast', 'on', '>pw', ...rights, ...more);
    const store = connect(onTestFinished, `redis://holdfast:pw@127.0.0.1:${server.port}`);
    await store.listen(1, new Ear());
    expect(await store.post(1, 2, 'words')).toBe(true);
    expect(await write(store)).toBe('done');
    const { live } = await store.join({ name: 'node', url: '', isDraining: false });
    const slice = await store.sweep(1, { ...actor, live }, '');
    expect(slice.next).toBe('16');
    expect(store.warnings()).toEqual([]);
  });

  it('a store that never was there is unreachable, and a closed one stays so', async ({
    onTestFinished,
  }) => {
    const store = connect(onTestFinished, 'redis://127.0.0.1:1');
    expect(await write(store)).toBe('unreachable');
    await expect(store.listen(1, new Ear())).rejects.toMatchObject({ kind: 'unreachable' });
    await store.close();
    expect(await write(store)).toBe('unreachable');
  });
});

describe.concurrent('E10 messages after a cut of their connection', () => {
  it('CLIENT KILL TYPE pubsub: everything is subscribed again before the listener is connected', async ({
    onTestFinished,
  }) => {
    const { server, store } = await setUp(onTestFinished);
    const ear = new Ear();
    await store.listen(1, ear);
    await store.admit(admission(actor, 'ada', 1));
    await server.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually('reconnects', async () => ear.news.length === 3);
    expect(ear.news).toEqual(['connected', 'disconnected', 'connected']);
    await Promise.all(
      Array.from({ length: 50 }, async (_, place) => {
        await store.admit(admission(actor, `u${place}`, 100 + place));
        await store.append(publication(actor, `u${place}`, '{}'));
      }),
    );
    expect(await store.post(1, 2, 'words')).toBe(true);
    await eventually('hears all', async () => ear.messages.length === 51);
  });

  it('a wipe leaves the connections, and the store begins anew', async ({ onTestFinished }) => {
    const { server, store } = await setUp(onTestFinished);
    const ear = new Ear();
    await store.listen(1, ear);
    await store.admit(admission(actor, 'ada', 1));
    await server.ask('FLUSHALL');
    await expect(store.stateOf('ada', actor)).resolves.toMatchObject({ rows: [], record: null });
    const again = await store.admit(admission(actor, 'ada', 2, { epoch: 'later' }));
    expect(again).toMatchObject({ outcome: 'admitted', record: { epoch: 'later', last: 0 } });
    expect(ear.news).toEqual(['connected']);
  });

  it('a frozen server is noticed by its silence, and the listener is connected when it is back', async ({
    onTestFinished,
  }) => {
    const { server, store } = await setUp(onTestFinished);
    const ear = new Ear();
    await store.listen(1, ear);
    server.freeze();
    await eventually('is cut', async () => ear.news.includes('disconnected'));
    server.thaw();
    await eventually('reconnects', async () => ear.news.length === 3);
    await recovers(store);
    expect(ear.news).toEqual(['connected', 'disconnected', 'connected']);
  });
});

describe.concurrent('E9 a store says what is wrong with its Redis', () => {
  it('an eviction policy that may drop rows', async ({ onTestFinished }) => {
    const { server, store } = await setUp(
      onTestFinished,
      '--maxmemory',
      '100mb',
      '--maxmemory-policy',
      'allkeys-lru',
    );
    await recovers(store);
    await eventually('warns', async () => store.warnings().length > 0);
    expect(store.warnings()).toEqual([expect.stringContaining('allkeys-lru')]);
    await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await eventually('is well', async () => store.warnings().length === 0);
  });

  it('a replica that was given for a master', async ({ onTestFinished }) => {
    const { server } = await setUp(onTestFinished);
    const replica = await RedisServer.start({
      args: ['--replicaof', '127.0.0.1', String(server.port)],
    });
    onTestFinished(() => replica.close());
    const store = connect(onTestFinished, replica.url);
    await eventually('warns', async () => store.warnings().length > 0);
    expect(store.warnings()).toEqual([expect.stringContaining('a replica')]);
    expect(await write(store)).toBe('read-only');
  });
});
