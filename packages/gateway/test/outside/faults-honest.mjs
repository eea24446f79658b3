/**
 * An honest client in a process of its own, so that what it measures is not the load of those who attack.
 * Arguments: the URL, and how many milliseconds to go on for. Pings in-band 40 times a second, one at a time, and
 * writes one line of JSON at the end: { "times": [milliseconds, …], "closed": code or null }.
 */
import { WebSocket } from 'ws';

const [url = '', ms = '0'] = process.argv.slice(2);
const socket = new WebSocket(url, 'holdfast.v1');
/** @type {number[]} */
const times = [];
/** @type {number | null} */
let closed = null;
let sentAt = 0;

function ping() {
  if (socket.readyState !== WebSocket.OPEN) return;
  sentAt = performance.now();
  socket.send('{"type":"ping"}');
}

socket.on('message', (data) => {
  if (Buffer.isBuffer(data) && data.toString('utf8') === '{"type":"pong"}') {
    times.push(performance.now() - sentAt);
    setTimeout(ping, 25);
  } else if (sentAt === 0) ping();
});
socket.on('close', (code) => (closed = code));
socket.on('error', () => {});

setTimeout(() => {
  // A ping that is still out counts with the time it has taken so far.
  const outMs = performance.now() - sentAt;
  if (outMs > 100) times.push(outMs);
  process.stdout.write(`${JSON.stringify({ times, closed })}\n`, () => process.exit(0));
}, Number(ms));
