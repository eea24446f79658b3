import { subprotocol } from '../protocol/frames.ts';
import { ClientError } from './client-error.ts';
import type { Dialer, Link, LinkOwner } from './link.ts';
import type { Place, Position } from './position.ts';
import type { TokenSource } from './token-source.ts';

/** A class of WebSockets: the one of browsers, or that of the `ws` package. */
export type WebSocketClass = new (
  url: string,
  protocols?: string[],
) => {
  send(data: string): void;
  close(code?: number, reason?: string): void;
};

/** What the events of both kinds have, each its own part. */
interface WebSocketEvent {
  readonly data: unknown;
  readonly code: number;
  readonly reason: string;
}

/** What both kinds have in common. */
interface WebSocketPort {
  readonly readyState: number;
  addEventListener(
    type: 'message' | 'close' | 'error',
    listener: (event: WebSocketEvent) => void,
  ): void;
  send(data: string): void;
  close(code?: number): void;
  /** Only `ws` can cut a connection. */
  terminate?(): void;
}

/** What a dialer works with. */
export interface DialerParts {
  readonly url: URL;
  readonly WebSocket: WebSocketClass;
  readonly tokens: TokenSource;
  readonly position: Position;
}

const open = 1;

/** Opens a WebSocket for each link. */
export class WebSocketDialer implements Dialer {
  readonly #parts: DialerParts;

  constructor(parts: DialerParts) {
    this.#parts = parts;
  }

  dial(owner: LinkOwner, brought?: Place): Link {
    return new WebSocketLink(this.#parts, owner, brought);
  }

  rest(): void {
    // A WebSocket that is closed leaves nothing behind.
  }
}

class WebSocketLink implements Link {
  readonly #parts: DialerParts;
  #owner: LinkOwner | null;
  readonly #brought: Place | undefined;
  #socket: WebSocketPort | null = null;

  constructor(parts: DialerParts, owner: LinkOwner, brought: Place | undefined) {
    this.#parts = parts;
    this.#brought = brought;
    this.#owner = owner;
    void this.#open();
  }

  send(text: string): void {
    if (this.#socket?.readyState === open) this.#socket.send(text);
  }

  close(isDead: boolean): void {
    this.#owner = null;
    const socket = this.#socket;
    if (isDead && socket?.terminate) socket.terminate();
    else socket?.close(1000);
  }

  async #open(): Promise<void> {
    const { tokens, position } = this.#parts;
    try {
      const token = await tokens.current();
      if (this.#owner === null) return;
      tokens.take(token);
      position.claimFor(tokens.user);
      this.#listen(token);
    } catch (error) {
      this.#end({ code: 1006, reason: '' }, asClientError(error));
    }
  }

  #listen(token: string | null): void {
    const { url, WebSocket, position } = this.#parts;
    const target = new URL(url);
    const { ticket, place } = position;
    const query = { resume: ticket, ...(this.#brought ?? place) };
    for (const [name, value] of Object.entries(query))
      if (value !== null) target.searchParams.set(name, String(value));
    const bearer = token === null ? [] : [`holdfast.bearer.${token}`];
    const socket = new WebSocket(target.href, [subprotocol, ...bearer]) as WebSocketPort;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') this.#owner?.received(data);
    });
    socket.addEventListener('close', ({ code, reason }) => this.#end({ code, reason }));
    // `close` follows and says all there is to say; without a listener `ws` would throw.
    socket.addEventListener('error', () => {});
  }

  #end(close: Parameters<LinkOwner['closed']>[0], error?: ClientError): void {
    const owner = this.#owner;
    this.#owner = null;
    owner?.closed(
      error && error.code !== 'token-failed' ? { ...close, advice: 'stop' } : close,
      error,
    );
  }
}

function asClientError(cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  // The cause may quote the sub-protocols, and with them the token.
  return new ClientError('no-socket', 'The runtime refuses to open a WebSocket to this address.');
}
