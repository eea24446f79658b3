import { existsSync } from 'node:fs';
import { findFreePort, hasRedis, RedisServer, type RedisStart } from 'holdfast/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

async function startServer(start: RedisStart = {}): Promise<RedisServer> {
  const server = await RedisServer.start(start);
  onTestFinished(() => server.close());
  return server;
}

describe('a Redis that is started', () => {
  test('answers where it says it is, and keeps nothing beyond its end', async () => {
    expect(hasRedis()).toBe(true);
    const port = await findFreePort();
    const server = await startServer({ port });
    expect(server.url).toBe(`redis://127.0.0.1:${port}`);
    expect(await server.ask('SET', 'name', 'value')).toBe('OK');
    await server.kill();
    await expect(server.ask('GET', 'name')).rejects.toThrow('Connection refused');
    await server.restart();
    expect(await server.ask('GET', 'name')).toBe('');
    await server.close();
    expect(existsSync(server.folder)).toBe(false);
  });

  test('is given back what it has saved', async () => {
    const server = await startServer();
    await server.ask('SET', 'name', 'value');
    await server.ask('SAVE');
    await server.kill();
    await server.restart();
    expect(await server.ask('GET', 'name')).toBe('value');
  });

  test('rejects with the error that it answers', async () => {
    const server = await startServer();
    await expect(server.ask('GET')).rejects.toThrow('wrong number of arguments');
  });

  test('is there when it wants a password', async () => {
    const server = await startServer({ args: ['--requirepass', 'right'] });
    await expect(server.ask('PING')).rejects.toThrow('NOAUTH');
  });

  test('rejects at once where there is no such program, or it has ended instead of answering', async () => {
    const missing = RedisServer.start({ within: ['no-such-program'] });
    await expect(missing).rejects.toThrow('no-such-program');
    const wrong = RedisServer.start({ args: ['--no-such-setting', '1'] });
    await expect(wrong).rejects.toThrow(
      /^Expected redis-server on .* to answer, it has ended with 1\.$/,
    );
  });

  test('answers nothing while it is frozen', async () => {
    const server = await startServer();
    server.freeze();
    let isAnswered = false;
    const answer = server.ask('PING').then((text) => {
      isAnswered = true;
      return text;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAnswered).toBe(false);
    server.thaw();
    expect(await answer).toBe('PONG');
  });

  test('is a Sentinel, with a configuration file of its own', async () => {
    const master = await startServer();
    const sentinel = await startServer({
      args: ['--sentinel'],
      config: [`sentinel monitor mymaster 127.0.0.1 ${master.port} 1`],
    });
    const address = await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
    expect(address).toBe(`127.0.0.1\n${master.port}`);
  });
});
