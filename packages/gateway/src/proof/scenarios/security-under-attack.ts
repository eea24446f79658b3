import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { opcodes, type RawPeer } from 'holdfast/testing';
import { demand } from '../finding.ts';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandAlive } from './survivors.ts';
import { hasAnswer, upgradeHead } from './by-hand.ts';

interface Hostile {
  readonly what: string;
  readonly send: (peer: RawPeer) => void;
  /** The close codes that are right; none where the session is to go on, with an `error`. */
  readonly ends: readonly number[];
}

const text =
  (payload: string) =>
  (peer: RawPeer): void =>
    peer.send(opcodes.text, payload);

const ack = (offset: string): Hostile => ({
  what: `an acknowledgement of ${offset}`,
  send: text(`{"type":"ack","offset":${offset}}`),
  ends: [4400],
});

const hostiles: readonly Hostile[] = [
  { what: 'broken JSON', send: text('{"type":'), ends: [4400] },
  { what: 'JSON that is no object', send: text('[1,2]'), ends: [4400] },
  { what: 'a binary frame', send: (peer) => peer.send(opcodes.binary, 'x'), ends: [4400, 1003] },
  { what: 'a frame of a megabyte', send: text('x'.repeat(2 ** 20)), ends: [1009] },
  {
    what: 'text that is no UTF-8',
    send: (peer) => peer.send(opcodes.text, Buffer.from([0xff])),
    ends: [1007, 4400],
  },
  { what: 'an unknown opcode', send: (peer) => peer.send(3, 'x'), ends: [1002] },
  {
    what: 'brackets nested 20,000 deep',
    send: text(`{"type":"message","data":${'['.repeat(20_000)}`),
    ends: [4400],
  },
  { what: 'an unknown type', send: text('{"type":"__proto__"}'), ends: [] },
  {
    what: 'a prototype to pollute',
    send: text('{"type":"nonsense","__proto__":{"polluted":true}}'),
    ends: [],
  },
  ...['4', '-1', '1e999', '9007199254740992', '2.5', '"2"', 'null', '[2]'].map(ack),
];

const hostileFrames: Scenario = {
  name: 'security/hostile-frames-end-only-their-sender',
  category: 'security',
  claim: 'A frame that cannot be ends the session it came from with its code, and nobody else’s.',
  covers: ['D4', 'G13', 'F2', 'I12'],
  async run(stage) {
    const honest = await stage.mustFill(stage.user('honest'), 2);
    for (const { what, send, ends } of hostiles) {
      const user = stage.user('hostile');
      const peer = await stage.knock(stage.entranceFor({ user }));
      await peer.until(() => peer.texts.length > 0, 5_000);
      send(peer);
      const isRight = (): boolean =>
        ends.length === 0
          ? peer.texts.some((answer) => answer.includes('"error"'))
          : peer.closeFrame !== null && ends.includes(peer.closeFrame.code);
      await peer.until(() => isRight() || peer.isClosed, 5_000).catch(ignoreLate);
      demand(isRight(), {
        expected: ends.length === 0 ? `an error for ${what}` : `${what} to be answered ${ends[0]}`,
        got: `${peer.closeFrame?.code ?? 'no close code'}`,
        cause: 'A frame that cannot be is not refused as the protocol says.',
      });
      peer.destroy();
    }
    demandAlive(stage, honest, 'The frames of one client ended the session of another.');
    await demandCount(stage, stage.user('hostile'), {
      count: 0,
      withinMs: 3_000,
      cause: 'Slots are not given back when a client leaves.',
    });
  },
};

/** That nothing came in time is what the demand after it says, in words. */
function ignoreLate(): void {}

/** Fewer than the failed and unfinished handshakes an address may have, since honest clients may come from the same one. */
const slowAttackers = 20;
const hugeAttackers = 10;
const attackedMs = 3_000;
const honestMs = 1_000;

const atTheDoor: Scenario = {
  name: 'security/attackers-at-the-door',
  category: 'security',
  claim:
    'Clients that never finish their handshake, or send huge ones, do not keep honest clients out.',
  covers: ['G8', 'G10', 'I12'],
  async run(stage) {
    // The slow ones first: they are there to stay.
    const slow = await attackers(stage, slowAttackers);
    for (const { socket, head } of slow) void trickle(socket, head);
    const huge = await attackers(stage, hugeAttackers);
    const hugeHeader = `\r\nX-Huge: ${'x'.repeat(64 * 1024)}\r\n\r\n`;
    for (const { socket, head } of huge) socket.write(head.replace('\r\n\r\n', hugeHeader));
    stage.fault(`${slow.length} slow attackers and ${huge.length} with huge heads are at the door`);
    const usual: number[] = [];
    const endsAt = performance.now() + attackedMs;
    while (performance.now() < endsAt) {
      const client = await stage.connect({ user: stage.user('honest') });
      demand(client.isOpen, {
        expected: 'honest clients to be let in while attackers are at the door',
        got: client.isOpen ? '' : `${client.end.code} ${client.end.reason}`,
        cause: 'Attackers at the door keep honest clients out.',
      });
      usual.push(client.tookMs);
      await client.client.close();
      await stage.pause(50);
    }
    for (const { socket } of [...slow, ...huge]) socket.destroy();
    const median = usual.toSorted((one, other) => one - other)[Math.floor(usual.length / 2)] ?? 0;
    demand(median < honestMs, {
      expected: `honest clients to be let in within ${honestMs} ms, half of them`,
      got: `${Math.round(median)} ms`,
      cause: 'Attackers at the door slow honest clients down.',
    });
  },
};

interface Attacker {
  readonly socket: Socket;
  /** What a client that means well would send. */
  readonly head: string;
}

async function attackers(stage: Stage, count: number): Promise<readonly Attacker[]> {
  const { address } = stage.deployment;
  const head = upgradeHead(stage.entranceFor({ user: stage.user('attacker') }), address);
  const sockets = Array.from({ length: count }, () => connect(address));
  // They are thrown out: that is what this is about.
  for (const socket of sockets) socket.on('error', () => {}).resume();
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets.map((socket) => ({ socket, head }));
}

async function trickle(socket: Socket, head: string): Promise<void> {
  for (const letter of head.slice(0, -4)) {
    if (socket.destroyed) return;
    socket.write(letter);
    await delay(100);
  }
}

const secrets: Scenario = {
  name: 'security/tokens-stay-secret',
  category: 'security',
  claim: 'No token, ticket or payload ever stands in a log line or in the body of a problem.',
  covers: ['G11', 'FM-28'],
  flags: ['--log-level', 'debug'],
  needsHost: true,
  async run(stage) {
    const user = stage.user('secretive');
    const canary = 'canary-of-the-payload';
    const entrance = stage.entranceFor({ user });
    const client = await stage.mustConnect({ user });
    await stage.deployment.desk.publish(user, { event: 'secret', data: canary });
    await client.until(() => client.received.length > 0, 3_000);
    client.send({ type: 'message', data: canary, id: 'one' });
    const said = await knockInAllWays(stage, entrance.token);
    await client.close();
    await stage.pause(300);
    const logged = JSON.stringify(stage.deployment.host?.logs ?? []);
    const parts = [entrance.token, entrance.token.split('.')[2] ?? entrance.token, canary];
    const { ticket } = client.position;
    if (ticket !== undefined) parts.push(ticket);
    const [inLogs, inBodies] = [logged, said].map((told) =>
      parts.some((part) => told.includes(part)),
    );
    demand(inLogs === false, {
      expected: 'log lines without tokens, tickets and payloads',
      got: 'one of them in a line',
      cause: 'Secrets of clients stand in the log.',
    });
    demand(inBodies === false, {
      expected: 'answers that repeat nothing of what they refuse',
      got: 'a token in the body of a problem',
      cause: 'Problems repeat the secrets they were asked with.',
    });
  },
};

/** Brings a token where it may stand and where it may not, and returns what was said to that. */
async function knockInAllWays(stage: Stage, token: string): Promise<string> {
  const { host, port } = stage.deployment.address;
  const url = `http://${host}:${port}`;
  const said: string[] = [];
  for (const path of ['/api/v1/stats', `/api/v1/${token}`, `/ws?token=${token}`]) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { headers });
    said.push(await response.text());
  }
  const paths = [`token=${token}`, `token=${token}x`, `token=${token}&offset=none`];
  const peers = await Promise.all(
    paths.map((query) => stage.knock({ headers: {}, token, path: `/ws?${query}` })),
  );
  await Promise.all(peers.map((peer) => peer.until(() => hasAnswer(peer), 5_000)));
  // What is let in is told its own ticket.
  const refused = peers.filter(({ texts }) => texts.length === 0);
  return [...said, ...refused.map((peer) => `${peer.head} ${peer.closeFrame?.reason}`)].join('\n');
}

/** Those who mean harm. */
export const securityUnderAttack: readonly Scenario[] = [hostileFrames, atTheDoor, secrets];
