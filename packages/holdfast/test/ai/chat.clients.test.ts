import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { UIMessageChunk } from 'ai';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Verdict } from '../../src/adapters/ws.ts';
import { type ChatServer, HoldfastChatTransport, serveChat } from '../../src/ai/index.ts';
import { type Client, createClient } from '../../src/client/index.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { FaultProxy } from '../../src/testing/fault-proxy.ts';
import { closeHouses, openHouse, until } from '../adapters/upgrade-house.ts';
import { Reading } from './chat-house.ts';

const words = Array.from({ length: 120 }, (_, index) => `w${index} `);

/** A server with a model that says all its words, one each few milliseconds, and what became of its answers. */
interface Model {
  readonly port: number;
  readonly layer: SessionLayer;
  readonly chat: ChatServer;
  readonly said: string[];
  readonly aborted: () => boolean;
}

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await closeHouses();
});

function decide({ url = '/' }: IncomingMessage): Verdict {
  const brought = Object.fromEntries(new URL(url, 'http://gateway.test').searchParams);
  const { resume: ticket = '', epoch = '', offset = '0' } = brought;
  const isBack = 'epoch' in brought;
  const resume = isBack ? { ...(ticket && { ticket }), epoch, offset: Number(offset) } : {};
  return { kind: 'open', request: { userId: 'ann', resume } };
}

async function startModel(paceMs = 8): Promise<Model> {
  const said: string[] = [];
  let isAborted = false;
  const layer = new SessionLayer(
    { userConnectRate: null, pingIntervalMs: 1_000, pressurePingIntervalMs: 1_000 },
    { hooks: { onMessage: (session, message) => chat.take(session, message) } },
  );
  const chat: ChatServer = serveChat(layer, {
    async *generate({ signal }): AsyncGenerator<UIMessageChunk> {
      signal.addEventListener('abort', () => (isAborted = true));
      yield { type: 'start', messageId: 'm' };
      yield { type: 'text-start', id: 't' };
      for (const delta of words) {
        await delay(paceMs, undefined, { signal });
        said.push(delta);
        yield { type: 'text-delta', id: 't', delta };
      }
      yield { type: 'text-end', id: 't' };
      yield { type: 'finish' };
    },
  });
  const { port } = await openHouse(decide, { more: { layer } });
  closing.push(() => chat.close());
  return { port, layer, chat, said, aborted: () => isAborted };
}

async function proxyBefore({ port }: Model): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({ targetPort: port });
  closing.push(() => proxy.close());
  return proxy;
}

/** A page at this port; `ends` counts how often it heard that an answer is over. */
function pageAt(port: number): {
  client: Client;
  transport: HoldfastChatTransport;
  ends: () => number;
} {
  const client = createClient({
    url: `ws://127.0.0.1:${port}/ws`,
    WebSocket,
    backoff: { firstMs: 50, maxMs: 300 },
  });
  closing.push(() => client.close());
  let ends = 0;
  client.on('event', ({ event }) => void (ends += event === 'ai.end' ? 1 : 0));
  return { client, transport: new HoldfastChatTransport({ client }), ends: () => ends };
}

async function ask(transport: HoldfastChatTransport, abortSignal?: AbortSignal): Promise<Reading> {
  const stream = await transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'c',
    messageId: undefined,
    messages: [{ id: 'q', role: 'user', parts: [{ type: 'text', text: 'Speak.' }] }],
    abortSignal,
  });
  return new Reading(stream);
}

describe('an answer over real connections', () => {
  it('G is whole, and ends once, when the connection is cut again and again', async () => {
    const model = await startModel();
    const proxy = await proxyBefore(model);
    const { transport, ends } = pageAt(proxy.port);
    const reading = await ask(transport);
    const cutting = setInterval(() => proxy.reset(), 200);
    try {
      await reading.done;
    } finally {
      clearInterval(cutting);
    }
    expect(reading.text).toBe(words.join(''));
    expect(reading.errors).toEqual([]);
    await until(() => ends() === 1);
  });

  it('G is whole when the connection was half-open, and the server went on', async () => {
    const model = await startModel();
    const proxy = await proxyBefore(model);
    const { transport, ends } = pageAt(proxy.port);
    const reading = await ask(transport);
    await until(() => reading.text.includes('w20 '));
    proxy.halfOpen();
    await reading.done;
    expect(reading.text).toBe(words.join(''));
    expect(reading.errors).toEqual([]);
    expect(ends()).toBe(1);
  });

  it('is stopped by an order given while there was no connection', async () => {
    const model = await startModel();
    const proxy = await proxyBefore(model);
    const { client, transport } = pageAt(proxy.port);
    const abort = new AbortController();
    const reading = await ask(transport, abort.signal);
    await until(() => model.said.length > 10);
    proxy.refuse();
    proxy.reset();
    await until(() => client.state !== 'open');
    abort.abort();
    await reading.done;
    expect(model.aborted()).toBe(false);
    proxy.accept();
    await until(() => model.aborted());
    expect(model.chat.running).toBe(0);
    expect(model.said.length).toBeLessThan(words.length);
  });

  it('D5 ends with an error, and never hangs, when the server was started anew', async () => {
    const proxy = await proxyBefore(await startModel());
    const { transport } = pageAt(proxy.port);
    const reading = await ask(transport);
    await until(() => reading.text.includes('w10 '));
    proxy.retarget((await startModel()).port);
    proxy.reset();
    await reading.done;
    expect(reading.errors).toEqual([
      'The rest of the answer is gone: the server no longer has it.',
    ]);
    expect(reading.text).toMatch(/^w0 w1 /);
    const again = await ask(transport);
    await again.done;
    expect(again.text).toBe(words.join(''));
  });

  it('G is read from its start by a page that was reloaded, and by another tab', async () => {
    const model = await startModel(15);
    const first = pageAt(model.port);
    const reading = await ask(first.transport);
    await until(() => reading.text.includes('w10 '));
    first.client.close();
    await reading.done;
    const readings = await Promise.all(
      [pageAt(model.port), pageAt(model.port)].map(async ({ transport }) => {
        const stream = await transport.reconnectToStream({ chatId: 'c' });
        if (stream === null) throw new Error('Expected the answer to be running.');
        return new Reading(stream);
      }),
    );
    for (const one of readings) {
      await one.done;
      expect(one.text).toBe(words.join(''));
      expect(one.errors).toEqual([]);
    }
    const late = pageAt(model.port).transport;
    expect(await late.reconnectToStream({ chatId: 'c' })).toBeNull();
  });
});
