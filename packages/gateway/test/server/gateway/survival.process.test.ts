import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ChildGateway, endChild, endChildren, startChild } from './child.ts';
import { Client } from './client.ts';
import { callApi, tokenFor } from './house.ts';
import { connectRaw, upgradeText } from './raw-connection.ts';

afterEach(endChildren);

function openFilesOf({ process }: ChildGateway): number {
  return readdirSync(`/proc/${process.pid}/fd`).length;
}

describe('the process', () => {
  it('C7 survives running out of descriptors: sessions go on, accepts go on within a second', async () => {
    const child = await startChild();
    try {
      execFileSync('prlimit', ['--nofile=64:64', '--pid', String(child.process.pid)]);
      const client = new Client(child, tokenFor('bob'));
      await client.ready();
      // The kernel takes them all, whatever the process can.
      const sockets = await Promise.all(Array.from({ length: 100 }, () => connectRaw(child)));
      await vi.waitUntil(() => openFilesOf(child) >= 63, 5_000);
      client.ws.send('{"type":"ping"}');
      await client.frame('pong');
      for (const socket of sockets) socket.destroy();
      const enter = (): Promise<unknown> => new Client(child, tokenFor('bob')).ready();
      await vi.waitFor(enter, { timeout: 1_000, interval: 20 });
      expect(child.process.exitCode).toBeNull();
    } finally {
      await endChild(child);
    }
  });

  it('G13 runs under --disable-proto=delete', async () => {
    const child = await startChild({ nodeArguments: ['--disable-proto=delete'] });
    try {
      const client = new Client(child, tokenFor('__proto__'));
      await client.ready();
      const { status } = await callApi(child, 'POST', '/api/v1/users/__proto__/events', {
        event: 'x',
      });
      expect(status).toBe(202);
      await client.frame('event');
      expect((await callApi(child, 'GET', '/openapi.json')).status).toBe(200);
      expect((await callApi(child, 'GET', '/metrics')).status).toBe(200);
      expect(child.complaints()).toBe('');
    } finally {
      await endChild(child);
    }
  });

  it('lives through 300 resets in every stage of the handshake', async () => {
    const child = await startChild();
    try {
      const text = upgradeText(child, tokenFor('bob'));
      for (let count = 0; count < 300; count += 1) {
        const socket = await connectRaw(child);
        socket.write(text.slice(0, Math.floor((text.length * (count % 31)) / 30)));
        if (count % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        socket.resetAndDestroy();
      }
      await new Client(child, tokenFor('bob')).ready();
      await vi.waitFor(async () => {
        const { body } = await callApi(child, 'GET', '/api/v1/stats');
        expect(body['managers_active']).toBe(1);
      }, 3_000);
      expect(child.complaints()).toBe('');
    } finally {
      await endChild(child);
    }
  });
});

describe('B8 the heap', () => {
  it('of 64 MB under pressure of logs: the process lives, and answers', async () => {
    const child = await startChild({
      nodeArguments: ['--max-old-space-size=64'],
    });
    try {
      const client = new Client(child, tokenFor('bob'));
      await client.ready();
      const statuses = new Map<number, number>();
      const data = 'x'.repeat(900_000);
      for (let count = 0; count < 60; count += 1) {
        const { status } = await callApi(child, 'POST', `/api/v1/users/u${count}/events`, {
          event: 'x',
          data,
        });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      expect([...statuses.keys()].every((status) => status === 202 || status === 503)).toBe(true);
      expect(child.process.exitCode).toBeNull();
      client.ws.send('{"type":"ping"}');
      await client.frame('pong');
      const health = async (): Promise<unknown> =>
        (await callApi(child, 'GET', '/healthz')).body['status'];
      expect(['ok', 'degraded']).toContain(await health());
    } finally {
      await endChild(child);
    }
  });
});
