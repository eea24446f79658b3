import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { maskedFrame, opcodes, RawPeer } from 'holdfast/testing';
import type { RunningGateway } from './running-gateway.ts';

type Attack = (gateway: RunningGateway, isOver: () => boolean) => Promise<void>;

/** Writes as fast as the connection takes it, until the server ends it or the time is over. */
async function flood(socket: Socket, chunk: Buffer, isOver: () => boolean): Promise<void> {
  socket.on('error', () => {});
  while (!isOver() && !socket.destroyed && socket.writable) {
    if (!socket.write(chunk)) {
      await Promise.race([
        new Promise<void>((resolve) => void socket.once('drain', () => resolve())),
        delay(50),
      ]);
    } else await delay(1);
  }
  socket.destroy();
}

async function again(attack: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await attack();
    await delay(10);
  }
}

function floodFrames(chunk: Buffer, user: string): Attack {
  return (gateway, isOver) =>
    again(async () => {
      const peer = await RawPeer.connect({ port: gateway.port, path: gateway.pathFor(user) });
      if (peer.isClosed || peer.closeFrame !== null) peer.destroy();
      else await flood(peer.socket, chunk, isOver);
    }, isOver);
}

function floodHead(chunk: Buffer): Attack {
  return (gateway, isOver) =>
    again(async () => {
      const socket = connect({ port: gateway.port, host: '127.0.0.1' });
      socket.write('GET /ws HTTP/1.1\r\nHost: x\r\n');
      await flood(socket, chunk, isOver);
    }, isOver);
}

const tinyFragment = Buffer.concat(
  Array.from({ length: 200 }, () => maskedFrame(0, Buffer.from('x')).fill(0x00, 0, 1)),
);
const emptyFragment = Buffer.concat(
  Array.from({ length: 200 }, () => maskedFrame(0, Buffer.alloc(0)).fill(0x00, 0, 1)),
);
const firstFragment = maskedFrame(opcodes.text, Buffer.from('x')).fill(0x01, 0, 1);
const deflated = Buffer.concat([
  Buffer.from([0xc1, 0x80 | 126, 0xff, 0xff, 1, 2, 3, 4]),
  Buffer.alloc(65_535, 7),
]);
const pings = Buffer.concat(
  Array.from({ length: 200 }, () => maskedFrame(opcodes.ping, Buffer.alloc(125))),
);

/** What attackers with and without a token try. */
const attacks: readonly Attack[] = [
  floodHead(Buffer.from(`X-Huge: ${'x'.repeat(16_000)}\r\n`)),
  floodHead(Buffer.from('X-Many: 1\r\n'.repeat(200))),
  floodFrames(Buffer.concat([firstFragment, tinyFragment]), 'mallory 1'),
  floodFrames(Buffer.concat([firstFragment, emptyFragment]), 'mallory 2'),
  floodFrames(deflated, 'mallory 3'),
  floodFrames(pings, 'mallory 4'),
];

/** Fifty attackers for this long. */
export async function attackFor(gateway: RunningGateway, ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  const isOver = (): boolean => performance.now() >= endsAt;
  await Promise.all(
    Array.from({ length: 50 }, async (_, number) => {
      const attack = attacks[number % attacks.length];
      if (attack !== undefined) await attack(gateway, isOver);
    }),
  );
}
