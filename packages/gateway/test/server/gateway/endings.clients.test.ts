import type { Socket } from 'node:net';
import { maskedFrame, opcodes } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type House, startHouse, stopAll, tokenFor, until } from './house.ts';
import { connectFrozen } from './raw-connection.ts';

let house: House;
beforeEach(async () => {
  house = await startHouse({ logLevel: 'debug' });
});
afterEach(stopAll);

const times = 200;

const closeFrame = maskedFrame(opcodes.close, Buffer.from([0x03, 0xe8]));
const halfFrame = maskedFrame(opcodes.text, Buffer.from('{"type":"ping"}')).subarray(0, 9);

const endings: readonly [string, string, (socket: Socket) => void][] = [
  ['a FIN alone', 'connection-lost', (socket) => socket.end()],
  ['a reset', 'connection-lost', (socket) => socket.resetAndDestroy()],
  ['a close frame without a FIN', 'client-close', (socket) => socket.write(closeFrame)],
  ['a close frame and a FIN', 'client-close', (socket) => socket.end(closeFrame)],
  [
    'a reset in the middle of a frame',
    'connection-lost',
    (socket) => socket.write(halfFrame, () => setImmediate(() => socket.resetAndDestroy())),
  ],
];

describe('C5 the end of a connection', () => {
  it.each(endings)(`${times} times by %s frees each slot once, cause %s`, async (_, cause, end) => {
    const causes: string[] = [];
    house.layer.subscribe((event) => {
      if (event.type === 'closed') causes.push(event.cause);
    });
    for (let batch = 0; batch < times / 40; batch += 1) {
      const sockets = await Promise.all(
        Array.from({ length: 40 }, (_unused, index) =>
          connectFrozen(house, tokenFor(`u${Math.floor(index / 4)}`)),
        ),
      );
      expect(house.layer.gauges().sessions).toBe(40);
      for (const socket of sockets) end(socket);
      await until(() => house.layer.gauges().sessions === 0);
      for (const socket of sockets) socket.destroy();
    }
    expect(causes).toEqual(Array.from({ length: times }, () => cause));
    await until(() => house.layer.gauges().lingering === 0);
    expect(house.layer.gauges()).toMatchObject({ users: 0, waiting: 0, unconfirmedBytes: 0 });
    expect(house.layer.faultCounts().size).toBe(0);
  });
});
