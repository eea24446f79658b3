/**
 * Clients in a process of their own, so that they can be frozen with SIGSTOP or killed as real ones are.
 * Reads one JSON object a line: { "open": [url, …] } or { "say": frame }; writes one JSON object a line:
 * { "ready": n } when n sockets have had their first frame, { "closed": code, "reason": text }, { "event": offset }.
 */
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

let ready = 0;
/** @type {WebSocket[]} */
const sockets = [];

/** @param {object} word */
const tell = (word) => void process.stdout.write(`${JSON.stringify(word)}\n`);

/** @param {string} url */
function open(url) {
  const socket = new WebSocket(url, 'holdfast.v1');
  sockets.push(socket);
  let isReady = false;
  socket.on('message', (data) => {
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '{}';
    const frame = /** @type {{ type: string, offset: number }} */ (JSON.parse(text));
    if (frame.type === 'event') tell({ event: frame.offset });
    if (isReady) return;
    isReady = true;
    ready += 1;
    tell({ ready });
  });
  socket.on('close', (code, reason) => tell({ closed: code, reason: String(reason) }));
  socket.on('error', () => {});
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = /** @type {{ open?: string[], say?: object }} */ (JSON.parse(line));
  for (const url of order.open ?? []) open(url);
  if (order.say !== undefined) for (const socket of sockets) socket.send(JSON.stringify(order.say));
});
