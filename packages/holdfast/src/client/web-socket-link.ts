import { subprotocol } from '../protocol/frames.ts';
import { ClientError } from './client-error.ts';
import type { House } from './house.ts';
import type { Link, LinkOwner } from './link.ts';
import type { Place } from './position.ts';

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

const open = 1;

/** A link over a WebSocket of its own. */
export class WebSocketLink implements Link {
  readonly #house: House;
  #owner: LinkOwner | null;
  readonly #brought: Place | undefined;
  #socket: WebSocketPort | null = null;

  constructor(house: House, owner: LinkOwner, brought: Place | undefined) {
    this.#house = house;
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
    const { tokens, position } = this.#house;
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
    const { settings, position } = this.#house;
    const target = new URL(settings.address);
    const { ticket, place } = position;
    const query = { resume: ticket, ...(this.#brought ?? place) };
    for (const [name, value] of Object.entries(query))
      if (value !== null) target.searchParams.set(name, String(value));
    const bearer = token === null ? [] : [`holdfast.bearer.${token}`];
    const socket = new settings.WebSocket(target.href, [subprotocol, ...bearer]) as WebSocketPort;
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
  return new ClientError('no-socket', 'The runtime opens no WebSocket to this address.');
}
