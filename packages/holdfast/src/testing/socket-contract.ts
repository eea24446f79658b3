import assert from 'node:assert/strict';
import { payloadsOf, textFrame } from '../sessions/text-frame.ts';
import type { EndSign, SendOutcome, SessionSocket, SocketOwner } from '../sessions/socket.ts';
import { opcodes, type RawPeer } from './raw-peer.ts';

/** A connected pair: the adapter's socket and a client on bare TCP behind it. */
export interface SocketPair {
  readonly socket: SessionSocket;
  readonly peer: RawPeer;
}

/** One promise of the socket port. Throws when it is broken. */
export interface SocketContractCase {
  readonly name: string;
  run(connect: () => Promise<SocketPair>): Promise<void>;
}

/** What an owner was told, in order. */
export class RecordingOwner implements SocketOwner {
  readonly told: string[] = [];
  heard(): void {
    this.told.push('heard');
  }
  ponged(mark: number): void {
    this.told.push(`ponged ${mark}`);
  }
  received(data: string | Uint8Array): void {
    this.told.push(
      typeof data === 'string' ? `text ${data}` : `binary ${Buffer.from(data).toString('hex')}`,
    );
  }
  drained(): void {
    this.told.push('drained');
  }
  ending(sign: EndSign, code?: number): void {
    this.told.push(code === undefined ? `ending ${sign}` : `ending ${sign} ${code}`);
  }
  gone(): void {
    this.told.push('gone');
  }
}

interface Bench extends SocketPair {
  readonly told: string[];
  /** Resolves once the owner was told this. */
  readonly hears: (what: string) => Promise<void>;
}

type Act = (bench: Bench, connect: () => Promise<SocketPair>) => Promise<void>;

function promise(name: string, act: Act): SocketContractCase {
  return {
    name,
    run: async (connect) => {
      const { socket, peer } = await connect();
      const owner = new RecordingOwner();
      socket.owner = owner;
      const hears = (what: string): Promise<void> =>
        peer.until(() => owner.told.some((word) => word.startsWith(what)));
      try {
        await act({ socket, peer, told: owner.told, hears }, connect);
      } finally {
        peer.destroy();
      }
    },
  };
}

/** Sizes at which the length of a frame changes its form, and around. */
const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];

const speech: readonly SocketContractCase[] = [
  promise('text arrives as text and binary as bytes, in order', async ({ peer, hears, told }) => {
    peer.send(opcodes.text, 'grüße');
    peer.send(opcodes.binary, Buffer.from('00ff', 'hex'));
    await hears('binary');
    assert.deepEqual(told, ['text grüße', 'binary 00ff']);
  }),
  promise(
    'a frame prepared once reaches every socket whole, at every size',
    async ({ socket, peer }, connect) => {
      const other = await connect();
      const frames = sizes.map((size) => textFrame('é'.repeat(size / 2) + 'x'.repeat(size % 2)));
      for (const frame of frames) {
        socket.send(frame, null);
        other.socket.send(frame, null);
      }
      for (const { texts, until } of [peer, other.peer].map((one) => ({
        texts: () => one.texts,
        until: one.until.bind(one),
      }))) {
        await until(() => texts().length === sizes.length);
        assert.deepEqual(
          texts(),
          frames.flatMap((frame) => payloadsOf(frame).map(String)),
        );
      }
      other.peer.destroy();
    },
  ),
  promise(
    'frames that lie end to end, and one in two parts, arrive each as one',
    async ({ socket, peer }) => {
      const long = textFrame('x'.repeat(200));
      socket.send(Buffer.concat([textFrame('one'), textFrame('zwölf')]), null);
      socket.send(long.subarray(0, 20), long.subarray(20));
      await peer.until(() => peer.texts.length === 3);
      assert.deepEqual(peer.texts, ['one', 'zwölf', 'x'.repeat(200)]);
    },
  ),
  promise('a hundred frames of one tick arrive in order', async ({ socket, peer }) => {
    const texts = Array.from({ length: 100 }, (_, number) => `frame ${number}`);
    for (const text of texts) socket.send(textFrame(text), null);
    await peer.until(() => peer.texts.length === texts.length);
    assert.deepEqual(peer.texts, texts);
  }),
];

const proofOfLife: readonly SocketContractCase[] = [
  promise('a ping carries its mark there and back', async ({ socket, hears }) => {
    if (!socket.canPing) return;
    socket.ping(0x7f_ff_ff_ff);
    await hears('ponged 2147483647');
  }),
  promise('a pong nobody asked for carries no mark', async ({ peer, hears }) => {
    peer.send(opcodes.pong, 'hello');
    await hears('ponged NaN');
  }),
  promise('a ping of the peer is heard and answered', async ({ peer, hears }) => {
    peer.send(opcodes.ping, 'abc');
    await hears('heard');
    await peer.until(() =>
      peer.frames.some(
        ({ opcode, payload }) => opcode === opcodes.pong && payload.toString() === 'abc',
      ),
    );
  }),
];

const endings: readonly SocketContractCase[] = [
  promise(
    'a close frame is seen at once, though TCP stays open',
    async ({ socket, peer, hears, told }) => {
      peer.sendClose(1000);
      await hears('ending close-frame');
      assert.equal(told.includes('gone'), false);
      assert.equal(socket.transport(), 'closed');
      assert.equal(socket.send(textFrame('late'), null), 'dropped');
    },
  ),
  promise('FIN without a close frame is seen at once', async ({ peer, hears }) => {
    peer.finish();
    await hears('ending fin');
  }),
  promise('a reset is seen, and gone comes once and last', async ({ peer, hears, told }) => {
    peer.reset();
    await hears('gone');
    assert.equal(told.filter((word) => word === 'gone').length, 1);
    assert.equal(told.at(-1), 'gone');
  }),
  promise('a reset in the middle of a frame is seen', async ({ peer, hears }) => {
    peer.socket.write(Buffer.from([0x81, 0xfe, 0x10]));
    peer.reset();
    await hears('gone');
  }),
  promise(
    'what the engine refuses of a peer is its breach, with the code',
    async ({ peer, hears }) => {
      peer.socket.write(Buffer.from([0xff, 0x80, 0, 0, 0, 0]));
      await hears('ending invalid 1002');
      await peer.until(() => peer.closeFrame?.code === 1002);
    },
  ),
  promise(
    'close sends code and reason, and the closing handshake ends it',
    async ({ socket, peer, hears }) => {
      socket.close(4499, '{"r":"admin"}');
      await peer.until(() => peer.closeFrame !== null);
      assert.deepEqual(peer.closeFrame, { code: 4499, reason: '{"r":"admin"}' });
      peer.sendClose(4499);
      peer.finish();
      await hears('gone');
    },
  ),
  promise(
    'terminate cuts at once, and everything after it is harmless',
    async ({ socket, peer, hears }) => {
      socket.terminate();
      await hears('gone');
      await peer.until(() => peer.socket.readableEnded || peer.isClosed);
      assert.equal(socket.send(textFrame('late'), null), 'dropped');
      assert.equal(socket.transport(), 'closed');
      socket.ping(1);
      socket.close(1000, '');
      socket.terminate();
    },
  ),
];

/** Most frames until an engine must have said that a peer does not read. */
const mostUnread = 1_000;

/** Writes numbered frames until the engine does not say `ok`, and returns what it said and how many it has. */
async function fill(socket: SessionSocket): Promise<{ outcome: SendOutcome; taken: number }> {
  for (let taken = 0; taken < mostUnread; taken += 1) {
    const outcome = socket.send(numbered(taken), null);
    if (outcome !== 'ok') return { outcome, taken: outcome === 'queued' ? taken + 1 : taken };
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  throw new Error('Expected the engine to say that a write waits, or is not taken.');
}

function numbered(number: number): Uint8Array {
  return textFrame(String(number).padEnd(60_000, ' '));
}

const backPressure: readonly SocketContractCase[] = [
  promise(
    'a peer that does not read makes writes wait, and is served on when it reads',
    async ({ socket, peer, hears, told }) => {
      peer.stopReading();
      const { taken } = await fill(socket);
      assert.equal(told.includes('drained'), false);
      peer.readOn();
      await hears('drained');
      await peer.until(() => peer.texts.length === taken);
    },
  ),
  promise(
    'what was not taken never arrives and is taken when there is room; all else arrives once, in order',
    async ({ socket, peer, hears }) => {
      peer.stopReading();
      let { taken } = await fill(socket);
      // Past what an engine holds: each one is either kept or said to be dropped.
      for (let more = 0; more < 20; more += 1)
        if (socket.send(numbered(taken), null) !== 'dropped') taken += 1;
      peer.readOn();
      await hears('drained');
      assert.notEqual(socket.send(numbered(taken), null), 'dropped');
      await peer.until(() => Number(peer.texts.at(-1)) >= taken);
      const numbers = peer.texts.map(Number);
      assert.deepEqual(
        numbers,
        numbers.map((_number, at) => at),
      );
    },
  ),
];

/**
 * What every adapter promises. Run each case under your test runner:
 * `for (const { name, run } of socketContract) it(name, () => run(connect))`.
 */
export const socketContract: readonly SocketContractCase[] = [
  ...speech,
  ...proofOfLife,
  ...endings,
  ...backPressure,
];
