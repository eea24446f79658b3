import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { FaultProxy } from '../../src/testing/fault-proxy.ts';
import { closeHouses, openHouse, until } from './upgrade-house.ts';

/** A layer whose application writes down what it takes, behind a proxy. */
interface Scene {
  readonly taken: unknown[];
  readonly proxy: FaultProxy;
}

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await closeHouses();
});

async function setUp(): Promise<Scene> {
  const taken: unknown[] = [];
  const layer = new SessionLayer(
    {},
    { hooks: { onMessage: (_session, { data }) => void taken.push(data) } },
  );
  const { port } = await openHouse(undefined, { more: { layer } });
  const proxy = await FaultProxy.start({ targetPort: port });
  closers.push(
    () => layer.shutdown(),
    () => proxy.close(),
  );
  return { taken, proxy };
}

interface Line {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
}

async function connect({ proxy }: Scene): Promise<Line> {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`, 'holdfast.v1');
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Record<string, unknown>);
  });
  socket.on('error', () => {});
  closers.push(() => socket.terminate());
  await once(socket, 'open');
  await until(() => frames.length > 0);
  return { socket, frames };
}

const message = '{"type":"message","id":"m1","data":"once"}';
const acceptances = ({ frames }: Line): unknown[] =>
  frames.filter(({ type }) => type === 'accepted').map(({ id }) => id);

describe('a message that was sent just before the cut, and is sent again after it', () => {
  it('D10 is taken once where the server has taken it and its answer was lost', async () => {
    const scene = await setUp();
    const first = await connect(scene);
    scene.proxy.halfOpen('to-client');
    first.socket.send(message);
    await until(() => scene.taken.length === 1);
    scene.proxy.reset();
    const second = await connect(scene);
    second.socket.send(message);
    await until(() => acceptances(second).length === 1);
    expect([scene.taken, acceptances(first), acceptances(second)]).toEqual([['once'], [], ['m1']]);
  });

  it('D10 is taken once where it was answered before the cut', async () => {
    const scene = await setUp();
    const first = await connect(scene);
    first.socket.send(message);
    await until(() => acceptances(first).length === 1);
    scene.proxy.cut();
    const second = await connect(scene);
    second.socket.send(message);
    await until(() => acceptances(second).length === 1);
    expect(scene.taken).toEqual(['once']);
  });

  it('D10 is taken once where it never reached the server', async () => {
    const scene = await setUp();
    const first = await connect(scene);
    scene.proxy.halfOpen('to-target');
    first.socket.send(message);
    const second = await connect(scene);
    second.socket.send(message);
    await until(() => acceptances(second).length === 1);
    scene.proxy.reset();
    expect([scene.taken, acceptances(first)]).toEqual([['once'], []]);
  });

  it('D10 is taken once where both arrive, the first one late, over a connection that was only slow', async () => {
    const scene = await setUp();
    const first = await connect(scene);
    scene.proxy.pause('to-target');
    first.socket.send(message);
    const second = await connect(scene);
    second.socket.send(message);
    await until(() => acceptances(second).length === 1);
    scene.proxy.resume();
    await until(() => acceptances(first).length === 1);
    expect(scene.taken).toEqual(['once']);
  });
});
