import type { Socket } from 'node:net';

let corked: Socket[] = [];

/**
 * Gathers everything written to a socket within this tick into one system call: corks it at the first write and uncorks
 * all corked sockets at the end of the tick.
 */
export function corkForTick(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  if (corked.length === 0) process.nextTick(uncorkAll);
  corked.push(socket);
}

function uncorkAll(): void {
  const sockets = corked;
  corked = [];
  for (const socket of sockets) socket.uncork();
}
