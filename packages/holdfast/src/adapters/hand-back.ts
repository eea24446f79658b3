import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';

/** A request that node has handed to the listeners of `upgrade`, with what came behind its head. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Whether a request asks for a WebSocket, in whatever form: `Upgrade` is a list of protocols. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  const protocols = headers.upgrade?.toLowerCase().split(',') ?? [];
  return protocols.some((protocol) => protocol.trim() === 'websocket');
}

/**
 * Has the server serve a request as if it had no `Upgrade` header, which a server may ignore (RFC 9110 section 7.8): once
 * somebody listens for `upgrade`, node hands every request with that header over, among them plain requests of curl and
 * Java, which offer `h2c`.
 *
 * Node reads no body after such a head, so the head is put back before what came behind it, and the connection is given
 * to the server anew, as its `connection` event allows: the body, the answer and what follows are node's own work. A
 * request sent behind one that is still unanswered is not answered: node closes that connection after the keep-alive
 * time-out.
 */
export function handBack(
  server: Server | SecureServer,
  { request, socket, head }: UpgradeRequest,
): void {
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
}

/** The head as it came, but for `Upgrade`. Node reads header lines as Latin-1. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade') {
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    }
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
