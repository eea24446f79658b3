import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProblem, type Problem, problemHttpText } from '../http/problem.ts';
import type { ConnectionBook } from './connection-book.ts';
import { hasTooManyHeaders, MOST_HEADERS } from './request-head.ts';

/** What a server is made from. */
export interface HttpServerOptions {
  readonly book: ConnectionBook;
  /** From an accepted connection to a complete request head, ms. */
  readonly handshakeTimeoutMs: number;
  /** Answers a request; never throws, never rejects. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** True once the gateway is stopping: connections are not kept then. */
  readonly isStopping: () => boolean;
}

/** Largest request head; a token fits in it several times. */
const MOST_HEADER_BYTES = 16 * 1024;
/** From a complete request head to a complete body. */
const BODY_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_MS = 5000;
/** How long a connection that is no WebSocket may stand still, in either direction: longer than a request may wait. */
const IDLE_MS = 75_000;
/** How often node looks for connections that are too slow; its default of 30 s is too seldom. */
const LOOK_EVERY_MS = 1000;

/**
 * Makes the HTTP server: small bounds for everything a stranger may send, an answer for what is no
 * HTTP, and an error listener wherever node would otherwise end the process.
 */
export function createHttpServer(options: HttpServerOptions): Server {
  const { book, handshakeTimeoutMs, answer, isStopping } = options;
  const settings = {
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs + BODY_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, handshakeTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  };
  const server = createServer(settings, (request, response) => {
    book.heardFrom(request.socket);
    if (isStopping() || book.isInExcess(request.socket)) response.shouldKeepAlive = false;
    if (!hasTooManyHeaders(request)) {
      void answer(request, response);
      return;
    }
    response.shouldKeepAlive = false;
    const problem = tooManyHeaders();
    response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify(problem));
  });
  server.maxHeadersCount = MOST_HEADERS + 1;
  server.timeout = IDLE_MS;
  server.on('clientError', onClientError);
  server.on('connect', onConnect);
  book.watch(server);
  return server;
}

/** The answer to a request with more header lines than anybody needs. */
function tooManyHeaders(): Problem {
  return createProblem(
    431,
    'too-many-headers',
    `Expected at most ${MOST_HEADERS} header lines. Leave out what is not needed.`,
  );
}

/** What came is no HTTP, too large or too slow. Node has parsed nothing and leaves the socket to us. */
function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET' || hasAnswered(socket)) {
    socket.destroy();
    return;
  }
  end(socket, problemHttpText(problemOf(error.code)));
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = `Expected a request head of at most ${MOST_HEADER_BYTES} bytes.`;
    return createProblem(431, 'header-too-large', detail);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return createProblem(408, 'request-timeout', 'Expected the request to arrive sooner.');
  }
  return createProblem(400, 'bad-request', 'Expected a request as in HTTP/1.1 (RFC 9112).');
}

/** An answer that has begun cannot be followed by another one. */
function hasAnswered(socket: Duplex): boolean {
  return socket instanceof Socket && socket.bytesWritten > 0;
}

/** This is no proxy. */
function onConnect(_request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  const detail = 'Expected another method than CONNECT: this is no proxy.';
  end(socket, problemHttpText(createProblem(405, 'method-not-allowed', detail), { allow: 'GET' }));
}

function end(socket: Duplex, text: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(text);
}
