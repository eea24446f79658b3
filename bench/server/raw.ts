import { hash } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SessionOptions, textFrame } from 'holdfast';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Engine } from './duties.ts';

/** `ws` as its documentation has it: an echo, and a loop over all clients. */
export function rawServer(server: Server): Engine {
  return over(server, wsOnMessage);
}

/** The same, for an application with the same frames as ours: read as JSON, answered as JSON. */
export function rawJsonServer(server: Server): Engine {
  return over(server, wsOnFrame);
}

/**
 * The same with the answers of a tick written as ready frames and handed over together: the least an echo of these frames can
 * cost that reads with `ws` and writes to the socket of Node.
 */
export function rawCorkedServer(server: Server): Engine {
  const corked: Duplex[] = [];
  const uncorkAll = (): void => {
    for (const socket of corked.splice(0)) socket.uncork();
  };
  const engine = new WebSocketServer({ server, perMessageDeflate: false });
  engine.on('connection', (ws, { socket }) => {
    ws.on('error', wsOnError);
    ws.on('message', (data: RawData) => {
      if (socket.writableCorked === 0) {
        socket.cork();
        if (corked.push(socket) === 1) process.nextTick(uncorkAll);
      }
      socket.write(textFrame(answerTo(data)));
    });
  });
  return {
    get connections() {
      return engine.clients.size;
    },
    fanOut: () => {},
  };
}

/** The same, for an application that says something to everybody who comes, as long as our `ready`. */
export function rawGreetingServer(server: Server): Engine {
  return over(server, wsOnMessage, (ws) => ws.send(greeting));
}

/**
 * The same, for an application that knows who is there, and greets everybody with a frame like our `ready` and a ticket that
 * only it can make: the least a connect can cost that does so over `ws`. The greeting leaves with the answer to the handshake.
 */
export function rawKeepingServer(server: Server): Engine {
  const users = new Map<string, WebSocket[]>();
  const engine = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
  });
  let number = 0;
  server.on('upgrade', (request, socket, head) => {
    const { url = '' } = request;
    const user = url.slice(url.indexOf('=') + 1);
    socket.cork();
    process.nextTick(() => socket.uncork());
    engine.handleUpgrade(request, socket, head, (ws) => {
      number += 1;
      users.set(user, [...(users.get(user) ?? []), ws]);
      ws.on('error', wsOnError);
      ws.on('message', wsOnMessage);
      ws.on('close', () => {
        const others = (users.get(user) ?? []).filter((other) => other !== ws);
        if (others.length === 0) users.delete(user);
        else users.set(user, others);
      });
      ws.send(JSON.stringify(readyOf(user, number)));
    });
  });
  return {
    get connections() {
      return users.size;
    },
    fanOut: () => {},
  };
}

function readyOf(user: string, number: number): object {
  const ticket = hash('sha3-256', `${'k'.repeat(64)}${number}.${user}`, 'base64url');
  return {
    type: 'ready',
    session: `node-${number}-${number}`,
    user,
    ticket: `${number}.${number}.${ticket}`,
    epoch: 'k3v9x1q7',
    offset: 0,
    resume: { outcome: 'new' },
    limit: 5,
    sessions: 1,
    pingInterval: 25_000,
    resumeWindow: 120_000,
  };
}

/**
 * The same, but one frame is made for all and written to the sockets as it is: the least a fan-out can cost that writes
 * to each socket of Node.
 */
export function rawPreparedServer(server: Server): Engine {
  const sockets = new Set<Duplex>();
  server.on('upgrade', (_request, socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    ...over(server, wsOnMessage),
    fanOut: (payload) => {
      const frame = textFrame(payload);
      for (const socket of sockets) socket.write(frame);
    },
  };
}

/** The same, which pings every connection at the interval of the options, spread evenly over it. */
export function rawPingingServer(
  server: Server,
  { pingIntervalMs = 25_000 }: SessionOptions,
): Engine {
  const mark = Buffer.alloc(4);
  const everyMs = 50;
  let round: Iterator<WebSocket> = [][Symbol.iterator]();
  const engine = new WebSocketServer({ server, perMessageDeflate: false });
  engine.on('connection', (ws) => ws.on('error', wsOnError));
  const pingNext = (): void => {
    for (let left = (engine.clients.size * everyMs) / pingIntervalMs; left > 0; left -= 1) {
      const next = round.next();
      if (next.done === true) round = engine.clients.values();
      else next.value.ping(mark);
    }
  };
  setInterval(pingNext, everyMs).unref();
  return {
    get connections() {
      return engine.clients.size;
    },
    fanOut: () => {},
  };
}

const greeting = JSON.stringify({ type: 'welcome', text: 'x'.repeat(240) });

function over(
  server: Server,
  onMessage: typeof wsOnMessage,
  greet: (ws: WebSocket) => void = () => {},
): Engine {
  const engine = new WebSocketServer({ server, perMessageDeflate: false });
  engine.on('connection', (ws) => {
    ws.on('error', wsOnError);
    ws.on('message', onMessage);
    greet(ws);
  });
  return {
    get connections() {
      return engine.clients.size;
    },
    fanOut: (payload) => {
      for (const ws of engine.clients) ws.send(payload);
    },
  };
}

function wsOnMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  this.send(data, { binary: isBinary });
}

let offset = 0;

function wsOnFrame(this: WebSocket, data: RawData): void {
  this.send(answerTo(data));
}

function answerTo(data: RawData): string {
  const frame = JSON.parse((data as Buffer).toString()) as { readonly data: unknown };
  offset += 1;
  return JSON.stringify({
    type: 'event',
    offset,
    event: 'echo',
    data: frame.data,
    time: Date.now(),
  });
}

/** The connections of a bench end by reset. */
function wsOnError(this: WebSocket): void {
  this.terminate();
}
