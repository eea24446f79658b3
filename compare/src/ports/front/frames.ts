import { WebSocket } from 'ws';

/** The first frame a session gets. These systems keep no record of what was sent, so there is nothing to resume. */
export function sendReady(socket: WebSocket, { session, limit }: ReadyParts): void {
  const frame = { type: 'ready', session, limit, epoch: '', offset: 0, resume: { outcome: 'new' } };
  socket.send(JSON.stringify(frame));
}

interface ReadyParts {
  readonly session: string;
  readonly limit: number;
}

/** The frames of clients: a `ping` is answered, what is none of the protocol is the end, all others are the application's. */
export function answerFrames(socket: WebSocket): void {
  socket.on('message', (data, isBinary) => {
    const type = isBinary || !Buffer.isBuffer(data) ? null : readType(data.toString());
    if (type === null) closeWith(socket, 4400, 'bad-frame');
    if (type === 'ping' && socket.readyState === WebSocket.OPEN) socket.send('{"type":"pong"}');
  });
}

/** Null for what is no frame. */
function readType(text: string): string | null {
  try {
    const { type } = JSON.parse(text) as { readonly type?: unknown };
    return typeof type === 'string' ? type : null;
  } catch {
    // Not JSON, or `null`: no frame either.
    return null;
  }
}

/** Closes with a code and a reason that clients can read. */
export function closeWith(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, JSON.stringify({ r: reason }));
}
