import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ManagerFactoryOptions,
  ManagerLimitError,
  SocketClosedError,
  WebSocketManagerFactory,
} from 'holdfast/manager-factory';
import { WebSocket, WebSocketServer } from 'ws';

/** What a client heard first: a word from its own manager, or the end. */
export type Answer =
  | { readonly outcome: 'welcome'; readonly id: string }
  | { readonly outcome: 'closed'; readonly code: number; readonly reason: string };

/** A real client over loopback. */
export class Caller {
  readonly socket: WebSocket;
  readonly answer: Promise<Answer>;
  readonly received: string[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.answer = new Promise((resolve) => {
      this.socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        this.received.push(text);
        const [, id] = /^welcome (.+)$/.exec(text) ?? [];
        if (id !== undefined) resolve({ outcome: 'welcome', id });
      });
      this.socket.on('close', (code, reason) => {
        resolve({ outcome: 'closed', code, reason: reason.toString() });
      });
    });
    this.socket.on('error', () => {});
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** From now on nothing is read: no ping is answered, no close frame either, and TCP stays open. */
  freeze(): void {
    this.socket.pause();
  }

  /** Closes in the ordinary way and waits for it. */
  async leave(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const gone = once(this.socket, 'close');
    this.socket.resume();
    this.socket.close();
    await gone;
  }
}

/** A WebSocket server that gives each connection a manager and welcomes it, with every failure written down. */
export class LoopbackService {
  readonly factory: WebSocketManagerFactory;
  readonly #server: WebSocketServer;
  readonly #callers: Set<Caller> = new Set();
  readonly refusals: ManagerLimitError[] = [];
  /** Every manager made and every socket accepted, without keeping any of them. */
  readonly made: WeakRef<object>[] = [];
  /** What went wrong that is no honest answer to a client. */
  readonly errors: unknown[] = [];

  private constructor(server: WebSocketServer, options: ManagerFactoryOptions) {
    this.#server = server;
    this.factory = new WebSocketManagerFactory({ environment: 'test', ...options });
    server.on('connection', (socket, request) => void this.#welcome(socket, request));
  }

  static async start(options: ManagerFactoryOptions = {}): Promise<LoopbackService> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new LoopbackService(server, options);
  }

  /** Connections the server holds. */
  get openSockets(): number {
    return this.#server.clients.size;
  }

  /** Connects, without waiting for the answer. */
  call(userId: string): Caller {
    const { port } = this.#server.address() as AddressInfo;
    const caller = new Caller(`ws://127.0.0.1:${port}/?user=${encodeURIComponent(userId)}`);
    this.#callers.add(caller);
    caller.socket.on('close', () => this.#callers.delete(caller));
    return caller;
  }

  /** Connects several at once; all of them must be let in. */
  async admit(userId: string, count = 1): Promise<Caller[]> {
    const callers = Array.from({ length: count }, () => this.call(userId));
    for (const caller of callers) {
      const answer = await caller.answer;
      if (answer.outcome === 'closed') throw new Error(`${userId} was closed with ${answer.code}`);
    }
    return callers;
  }

  async stop(): Promise<void> {
    for (const caller of this.#callers) caller.socket.terminate();
    await this.factory.shutdown();
    this.#server.close();
    for (const socket of this.#server.clients) socket.terminate();
    await once(this.#server, 'close');
  }

  async #welcome(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const userId = new URL(request.url ?? '/', 'ws://loopback').searchParams.get('user') ?? '';
    try {
      const manager = await this.factory.createManager({ userId, socket });
      this.made.push(new WeakRef(manager), new WeakRef(socket));
      await manager.send(`welcome ${manager.id}`);
    } catch (error) {
      if (error instanceof ManagerLimitError) this.refusals.push(error);
      else if (!(error instanceof SocketClosedError)) this.errors.push(error);
    }
  }
}

/** Waits until something is so, at most for this long. */
export async function until(isSo: () => boolean, mostMs = 5_000): Promise<void> {
  const giveUpAt = performance.now() + mostMs;
  while (!isSo()) {
    if (performance.now() > giveUpAt)
      throw new Error(`not so within ${mostMs} ms: ${String(isSo)}`);
    await pause(10);
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
