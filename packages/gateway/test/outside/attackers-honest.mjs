/**
 * Five honest clients in a process of their own. Arguments: for how many milliseconds, and the URL of each. Each asks 40
 * times a second, one question at a time, and at the end one line of JSON is written:
 * { "times": [milliseconds, …], "closed": how many were closed }.
 */
import { WebSocket } from 'ws';

const [ms = '0', ...urls] = process.argv.slice(2);
/** @type {number[]} */
const times = [];
/** Since when a question is out, by client. @type {Map<number, number>} */
const out = new Map();
let closed = 0;

for (const [number, url] of urls.entries()) {
  const socket = new WebSocket(url, 'holdfast.v1');
  const ask = () => {
    out.set(number, performance.now());
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
  };
  socket.on('message', () => {
    const askedAt = out.get(number);
    if (askedAt !== undefined) times.push(performance.now() - askedAt);
    out.delete(number);
    // Not in step with each other, nor with anything that beats regularly.
    setTimeout(ask, 20 + Math.random() * 10);
  });
  socket.on('close', () => (closed += 1));
  socket.on('error', () => {});
}

setTimeout(() => {
  // A question that is still out counts with the time it has taken so far.
  for (const askedAt of out.values()) {
    const outMs = performance.now() - askedAt;
    if (outMs > 100) times.push(outMs);
  }
  process.stdout.write(`${JSON.stringify({ times, closed })}\n`, () => process.exit(0));
}, Number(ms));
