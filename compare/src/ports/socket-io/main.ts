/**
 * Socket.IO as it comes, as a process: the set-up of its documentation for one room per user, with connection state
 * recovery. It has no limit per user, so none is enforced; the list of sessions tells the limit that was asked for.
 */
import { createServer, type RequestListener } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { callsListener } from '../front/answer-calls.ts';
import { readPortSettings } from '../front/port-settings.ts';
import { keepAliveMs, tellWhenListening } from '../front/serve-port.ts';
import { tokenReader } from '../front/read-token.ts';
import { RoomCalls } from './room-calls.ts';

/** How long it keeps what a client has missed: the value in its documentation, and Holdfast's resume window as well. */
const maxDisconnectionDuration = 2 * 60 * 1000;

const settings = readPortSettings();
const readToken = tokenReader(settings.authSecret);
// Set before Socket.IO attaches itself: it then answers what is below /socket.io, and leaves us the rest.
let listener: RequestListener = (_, response) => void response.writeHead(503).end();
const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) =>
  listener(request, response),
);
const io = new Server(server, { connectionStateRecovery: { maxDisconnectionDuration } });
listener = callsListener(new RoomCalls(io, settings.limit), settings.adminToken);

io.use((socket: Socket, next: (error?: Error) => void) => {
  const user = readToken(String(socket.handshake.auth['token']));
  if (user === null) return next(new Error('unauthorized'));
  (socket.data as { user?: string }).user = user;
  next();
});
io.on('connection', (socket) => {
  void socket.join(roomOf(socket));
  socket.on('frame', (frame: { readonly type?: unknown } | null) => {
    if (frame?.type === 'ping') socket.emit('frame', { type: 'pong' });
  });
});
tellWhenListening(server);

function roomOf({ data }: Socket): string {
  return `user:${(data as { readonly user?: string }).user ?? ''}`;
}
