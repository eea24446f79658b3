import type { Server } from 'node:http';
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

/** The same, for an application that says something to everybody who comes, as long as our `ready`. */
export function rawGreetingServer(server: Server): Engine {
  return over(server, wsOnMessage, (ws) => ws.send(greeting));
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
  const frame = JSON.parse((data as Buffer).toString()) as { readonly data: unknown };
  offset += 1;
  const answer = { type: 'event', offset, event: 'echo', data: frame.data, time: Date.now() };
  this.send(JSON.stringify(answer));
}

/** The connections of a bench end by reset. */
function wsOnError(this: WebSocket): void {
  this.terminate();
}
