import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import type { ChatClient } from '../../src/ai/chat-client.ts';
import {
  type AnswerRequest,
  type ChatEvents,
  type ChatOptions,
  type ChatServer,
  type ChatSession,
  HoldfastChatTransport,
  serveChat,
} from '../../src/ai/index.ts';

type Handlers = {
  event: (heard: { event: string; data: unknown }) => void;
  gap: () => void;
  state: (state: string) => void;
};

/** One page of the user: a client whose link the test cuts, and its transport. */
export class FakePage implements ChatClient {
  state = 'open';
  connects = 0;
  readonly id: string;
  readonly transport: HoldfastChatTransport;
  /** Chats for which another page has asked. */
  readonly noticed: string[] = [];
  /** What the client was asked to send, in order. */
  readonly sent: Record<string, unknown>[] = [];
  /** Errors for the next messages. */
  readonly refusing: Error[] = [];
  readonly #house: ChatHouse;
  readonly #handlers: { [Name in keyof Handlers]: Set<Handlers[Name]> } = {
    event: new Set(),
    gap: new Set(),
    state: new Set(),
  };
  /** Null while the link is up; then what the server said meanwhile. */
  #missed: { event: string; data: unknown }[] | null = null;
  #outbox: (() => void)[] = [];

  constructor(house: ChatHouse, id: string) {
    this.#house = house;
    this.id = id;
    this.transport = new HoldfastChatTransport({
      client: this,
      onAnswer: (chatId) => void this.noticed.push(chatId),
    });
  }

  get listeners(): number {
    const { event, gap, state } = this.#handlers;
    return event.size + gap.size + state.size;
  }

  connect(): void {
    this.connects += 1;
  }

  send(data: unknown): Promise<void> {
    const message = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
    this.sent.push(message);
    const refusal = this.refusing.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve) => {
      const deliver = (): void => {
        this.#house.chat.take({ id: this.id, userId: this.#house.userId }, { data: message });
        resolve();
      };
      if (this.#missed === null) deliver();
      else this.#outbox.push(deliver);
    });
  }

  on<Name extends keyof Handlers>(name: Name, handler: Handlers[Name]): () => void {
    this.#handlers[name].add(handler);
    return () => void this.#handlers[name].delete(handler);
  }

  hear(event: string, data: unknown): void {
    const heard = { event, data: JSON.parse(JSON.stringify(data)) as unknown };
    if (this.#missed !== null) this.#missed.push(heard);
    else for (const handler of this.#handlers.event) handler(heard);
  }

  become(state: string): void {
    this.state = state;
    for (const handler of this.#handlers.state) handler(state);
  }

  cut(): void {
    this.#missed ??= [];
  }

  /** The link is up again. What was missed is replayed, or gone and told as a gap. */
  mend(isGap = false): void {
    const missed = this.#missed ?? [];
    this.#missed = null;
    if (isGap) for (const handler of this.#handlers.gap) handler();
    else for (const { event, data } of missed) this.hear(event, data);
    for (const deliver of this.#outbox.splice(0)) deliver();
  }
}

/** An answer that the test writes chunk by chunk. */
export class Script {
  readonly request: AnswerRequest;
  readonly stream: ReadableStream<UIMessageChunk>;
  #controller: ReadableStreamDefaultController<UIMessageChunk> | null = null;
  isCancelled = false;

  constructor(request: AnswerRequest, messageId: string) {
    this.request = request;
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.isCancelled = true),
    });
    this.write({ type: 'start', messageId }, { type: 'text-start', id: 't' });
  }

  write(...chunks: UIMessageChunk[]): void {
    for (const chunk of chunks) this.#controller?.enqueue(chunk);
  }

  say(...words: string[]): void {
    this.write(...words.map((delta) => ({ type: 'text-delta' as const, id: 't', delta })));
  }

  finish(): void {
    this.write({ type: 'text-end', id: 't' }, { type: 'finish' });
    this.#controller?.close();
  }

  break(error: Error): void {
    this.#controller?.error(error);
  }
}

/** A server and the pages of one user, without sockets. */
export class ChatHouse {
  readonly userId = 'ann';
  readonly pages: FakePage[] = [];
  readonly scripts: Script[] = [];
  readonly faults: unknown[] = [];
  readonly published: { event: string; data: unknown }[] = [];
  chat: ChatServer;
  readonly #options: Partial<ChatOptions>;

  constructor(options: Partial<ChatOptions> = {}) {
    this.#options = options;
    this.chat = this.#serve();
  }

  page(): FakePage {
    const page = new FakePage(this, `s${this.pages.length}`);
    this.pages.push(page);
    return page;
  }

  get script(): Script {
    const last = this.scripts.at(-1);
    if (last === undefined) throw new Error('Expected an answer to have been asked for.');
    return last;
  }

  /** The process is gone, and with it what it knew; another one is there. */
  restart(): void {
    this.chat = this.#serve();
  }

  #serve(): ChatServer {
    return serveChat(
      {
        publish: (userId, { event, data }, { session } = {}) => {
          if (userId !== this.userId) throw new Error(`Expected ann, got ${userId}.`);
          this.published.push({ event, data });
          for (const page of this.pages)
            if (session === undefined || session === page.id) page.hear(event, data);
        },
        reportFault: (_where, error) => void this.faults.push(error),
      },
      {
        batchMs: 0,
        generate: (request) => {
          const script = new Script(request, `m${this.scripts.length}`);
          this.scripts.push(script);
          return script.stream;
        },
        ...this.#options,
      },
    );
  }
}

/** The session in whose name `send` and `read` speak. */
export const session: ChatSession = { id: 's0', userId: 'ann' };

/** A page asks for an answer of this name. */
export function send(house: ChatHouse, answer: string, chat = 'c'): void {
  const order = { act: 'send', chat, answer, trigger: 'submit-message', messages: [] };
  house.chat.take(session, { data: { holdfast: 'chat', ...order } });
}

/** A page asks for what there is of an answer. */
export function read(house: ChatHouse, about: object = {}): void {
  const order = { holdfast: 'chat', act: 'read', chat: 'c', ask: 'q', ...about };
  house.chat.take(session, { data: order });
}

/** What was published under this name. */
export function told<Name extends keyof ChatEvents>(
  house: ChatHouse,
  name: Name,
): ChatEvents[Name][] {
  return house.published
    .filter(({ event }) => event === name)
    .map(({ data }) => data as ChatEvents[Name]);
}

const question: UIMessage = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'Why?' }] };

/** The page asks; resolves when the answer begins. */
export function ask(
  page: FakePage,
  abortSignal?: AbortSignal,
): Promise<ReadableStream<UIMessageChunk>> {
  return page.transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'c',
    messageId: undefined,
    messages: [question],
    abortSignal,
  });
}

/** Reads a stream to its end, as the SDK itself reads it. */
export class Reading {
  text = '';
  readonly errors: string[] = [];
  readonly done: Promise<void>;

  constructor(stream: ReadableStream<UIMessageChunk>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<UIMessageChunk>): Promise<void> {
    const states = readUIMessageStream({
      stream,
      onError: (error) => void this.errors.push(error instanceof Error ? error.message : 'other'),
    });
    for await (const { parts } of states)
      this.text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }
}

/** A page has asked, and its answer has begun. */
export async function begun(
  house: ChatHouse,
): Promise<{ reading: Reading; abort: AbortController }> {
  const page = house.pages[0] ?? house.page();
  const abort = new AbortController();
  const reading = new Reading(await ask(page, abort.signal));
  await settle();
  return { reading, abort };
}

/** Lets promises and streams settle; no timer is waited for. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
