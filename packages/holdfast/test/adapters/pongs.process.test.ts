import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionSocket } from '../../src/sessions/socket.ts';
import { textFrame } from '../../src/sessions/text-frame.ts';
import { maskedFrame, opcodes, RawPeer } from '../../src/testing/raw-peer.ts';
import { openLoopback, throughUpgrades } from './loopback.ts';
import { closeHouses, type House, openHouse, until } from './upgrade-house.ts';

afterEach(closeHouses);

/** A peer and the server's end of its connection. */
async function connect({ server, port }: House): Promise<{ peer: RawPeer; raw: Socket }> {
  const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
  const peer = await RawPeer.connect({ port });
  return { peer, raw: await accepted };
}

function pongsOf(peer: RawPeer): Buffer[] {
  return peer.frames.filter(({ opcode }) => opcode === opcodes.pong).map(({ payload }) => payload);
}

const pings = 100_000;
const batch = 500;

/** Pings of the largest payload there is, each with its number at the start. */
function pingsFrom(first: number): Buffer {
  const frames = Array.from({ length: batch }, (_, index) => {
    const payload = Buffer.alloc(125);
    payload.writeUInt32BE(first + index, 0);
    return maskedFrame(opcodes.ping, payload);
  });
  return Buffer.concat(frames);
}

/** Sends until neither the peer's kernel nor ours takes any more. */
async function fill(socket: SessionSocket, raw: Socket): Promise<void> {
  const frame = textFrame('x'.repeat(60_000));
  for (let sent = 0; sent < 2_000; sent += 1) {
    if (socket.send(frame, null) === 'ok') continue;
    await delay(20);
    if (raw.writableNeedDrain) return;
  }
  throw new Error('Expected a peer that does not read to fill its connection.');
}

describe('a peer that pings', () => {
  it('is answered each time, in order, with what it sent', async () => {
    const { peer } = await connect(await openHouse());
    const payloads = ['', 'a', 'a mark of ours', 'x'.repeat(125)];
    for (const payload of payloads) peer.send(opcodes.ping, payload);
    await peer.until(() => pongsOf(peer).length === payloads.length);
    expect(pongsOf(peer).map(String)).toEqual(payloads);
    peer.destroy();
  });

  it('I12 and does not read takes no memory, and hears of its last ping once it reads on', async () => {
    const { server, connect: meet, close } = await openLoopback(throughUpgrades);
    const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
    const { socket, peer } = await meet();
    const raw = await accepted;
    peer.stopReading();
    await fill(socket, raw);
    const queuedBefore = raw.writableLength;
    let mostQueued = 0;
    for (let first = 0; first < pings; first += batch) {
      peer.socket.write(pingsFrom(first));
      while (peer.socket.writableLength > 0) await turn();
      mostQueued = Math.max(mostQueued, raw.writableLength);
    }
    expect(mostQueued).toBe(queuedBefore);
    peer.readOn();
    await peer.until(() => pongsOf(peer).at(-1)?.readUInt32BE(0) === pings - 1, 20_000);
    expect(socket.transport()).toBe('open');
    peer.destroy();
    await close();
  });
});

describe('a ping of ours', () => {
  it('I12 that fills the connection leaves the answers to the peer owed, not forgotten', async () => {
    const { server, connect: meet, close } = await openLoopback(throughUpgrades);
    const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
    const { socket, peer } = await meet();
    const raw = await accepted;
    peer.stopReading();
    const some = textFrame('x'.repeat(8_000));
    while (raw.writableLength === 0) {
      socket.send(some, null);
      await turn();
      if (raw.writableLength > 0) await delay(20);
    }
    const headBytes = 4;
    const room = raw.writableHighWaterMark - raw.writableLength - headBytes - 1;
    expect(socket.send(textFrame('x'.repeat(room)), null)).toBe('ok');
    socket.ping(1);
    expect(raw.writableNeedDrain).toBe(true);
    peer.send(opcodes.ping, 'hello');
    await delay(20);
    peer.readOn();
    await peer.until(() => pongsOf(peer).some((payload) => payload.toString() === 'hello'));
    peer.destroy();
    await close();
  });
});

describe('a peer that asks', () => {
  it('I5 much at once has one listener wait for its answers to be written', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const house = await openHouse();
    const { peer, raw } = await connect(house);
    const before = raw.listenerCount('drain');
    const ids = Array.from({ length: 49 }, (_, number) => `${number}`.padEnd(128, '\u0001'));
    let most = 0;
    raw.on('newListener', () => (most = Math.max(most, raw.listenerCount('drain') + 1)));
    const messages = ids.map((id) => JSON.stringify({ type: 'message', data: 1, id }));
    peer.socket.write(
      Buffer.concat(messages.map((text) => maskedFrame(opcodes.text, Buffer.from(text)))),
    );
    const answers = (): string[] => peer.texts.filter((text) => text.includes('u0001'));
    await peer.until(() => answers().length === ids.length);
    await until(() => raw.listenerCount('drain') === before);
    process.off('warning', onWarning);
    expect(most).toBeGreaterThan(before);
    expect(most).toBeLessThanOrEqual(before + 1);
    expect(warnings).toEqual([]);
    peer.destroy();
  });
});
