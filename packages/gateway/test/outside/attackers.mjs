/**
 * Fifty clients in a process of their own, all from one address. Arguments: the port, for how many milliseconds, what they
 * do, the address they come from, and the paths they connect to. All of them come anew about ten times a second:
 * `peaceful` ones ask and go as they should; a `mixture` of attackers, or one of its kinds, writes as fast as the connection
 * takes it until the server ends it.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [port = '0', ms = '0', what = '', localAddress = '', ...paths] = process.argv.slice(2);
const clients = 50;
/** On average. */
const betweenVisitsMs = 100;
const endsAt = performance.now() + Number(ms);
const isOver = () => performance.now() >= endsAt;

/** @typedef {import('node:net').Socket} Socket */

/**
 * A frame of a client: RFC 6455 section 5.2, payloads below 126 bytes.
 * @param {number} first its first byte: FIN, RSV and the opcode
 * @param {Buffer} payload
 */
function frame(first, payload) {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, masked]);
}

/** @param {Buffer} bytes @param {number} times */
const repeat = (bytes, times) => Buffer.concat(Array.from({ length: times }, () => bytes));

const oneByte = Buffer.from('x');
const nothing = Buffer.alloc(0);
const deflated = [Buffer.from([0xc1, 0x80 | 126, 0xff, 0xff, 1, 2, 3, 4]), Buffer.alloc(65_535, 7)];

/** What each kind of attacker floods with, and as which user: none writes it as the rest of a request head. */
const kinds = new Map([
  ['huge header', { chunk: Buffer.from(`X-Huge: ${'x'.repeat(16_000)}\r\n`), user: -1 }],
  ['many headers', { chunk: Buffer.from('X-Many: 1\r\n'.repeat(200)), user: -1 }],
  ['tiny fragments', { chunk: fragments(oneByte), user: 0 }],
  ['empty fragments', { chunk: fragments(nothing), user: 1 }],
  ['deflate bomb', { chunk: Buffer.concat(deflated), user: 2 }],
  ['pings', { chunk: repeat(frame(0x89, Buffer.alloc(125)), 200), user: 3 }],
]);

/** @param {Buffer} payload */
function fragments(payload) {
  return Buffer.concat([frame(0x01, oneByte), repeat(frame(0x00, payload), 200)]);
}

/** @param {Socket} socket @param {Buffer} chunk */
async function flood(socket, chunk) {
  while (!isOver() && socket.writable) {
    if (!socket.writableNeedDrain) socket.write(chunk);
    await delay(1);
  }
  socket.destroy();
}

function dial() {
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  return socket;
}

/**
 * The connection once it is greeted; null where the server has closed it.
 * @param {string} path
 */
async function upgrade(path) {
  const socket = dial();
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: holdfast.v1\r\n\r\n`,
  );
  /** @type {Promise<boolean>} */
  const greeted = new Promise((resolve) => {
    let answer = '';
    socket.on('close', () => resolve(false));
    socket.on('data', (data) => {
      if (answer.length < 4096) answer += data.toString('latin1');
      if (answer.includes('"ready"')) resolve(true);
      else if (answer.includes('{"r":')) resolve(false);
    });
  });
  if (await greeted) return socket;
  socket.destroy();
  return null;
}

/** @param {{ chunk: Buffer, user: number }} kind */
async function attack({ chunk, user }) {
  if (user < 0) {
    const socket = dial().resume();
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\n');
    await flood(socket, chunk);
  } else {
    const socket = await upgrade(paths[user] ?? '/');
    if (socket !== null) await flood(socket, chunk);
  }
}

/** Comes, asks, and goes as it should. @param {number} number */
async function visit(number) {
  const socket = await upgrade(paths[number % paths.length] ?? '/');
  if (socket === null) return;
  socket.write(frame(0x81, Buffer.from('{"type":"ping"}')));
  await new Promise((resolve) => void socket.once('data', resolve).once('close', resolve));
  socket.write(frame(0x88, Buffer.from([0x03, 0xe8])));
  await new Promise((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));
}

const chosen = [...kinds].filter(([name]) => what === 'mixture' || what === name);

await Promise.all(
  Array.from({ length: clients }, async (_, number) => {
    const [, kind] = chosen[number % chosen.length] ?? [];
    await delay(Math.random() * betweenVisitsMs);
    while (!isOver()) {
      await (kind === undefined ? visit(number) : attack(kind));
      await delay(betweenVisitsMs * (0.5 + Math.random()));
    }
  }),
);
process.exit(0);
