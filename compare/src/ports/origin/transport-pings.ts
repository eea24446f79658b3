import type { WebSocket } from 'ws';

/** The defaults of uvicorn, the server the origin ran in: `--ws-ping-interval 20 --ws-ping-timeout 20`. */
const intervalMs = 20_000;
const timeoutMs = 20_000;

/**
 * The pings of the server below the application: a peer that leaves one unanswered is cut. The application hears of it as
 * a disconnect and does with it what it does with any other.
 */
export function pingTransport(socket: WebSocket): void {
  let deadline: NodeJS.Timeout | undefined;
  const rounds = setInterval(() => {
    socket.ping();
    deadline ??= setTimeout(() => socket.terminate(), timeoutMs);
  }, intervalMs);
  socket.on('pong', () => {
    clearTimeout(deadline);
    deadline = undefined;
  });
  socket.on('close', () => {
    clearInterval(rounds);
    clearTimeout(deadline);
  });
}
