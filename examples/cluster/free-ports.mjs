import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to whoever connects: a port from here is not taken by chance before it is used. */
const lowest = 10_240;
const highest = 32_000;

/**
 * Ports of 127.0.0.1 that were free a moment ago, all different.
 *
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function findFreePorts(count) {
  /** @type {import('node:net').Server[]} */
  const servers = [];
  const ports = [];
  while (ports.length < count) {
    const port = randomInt(lowest, highest);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    if (!(await isListening(server))) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((one) => once(one.close(), 'close')));
  return ports;
}

/**
 * @param {import('node:net').Server} server
 * @returns {Promise<boolean>} false where somebody else has its port
 */
function isListening(server) {
  return new Promise((resolve) => {
    server.once('listening', () => resolve(true));
    server.once('error', () => resolve(false));
  });
}
