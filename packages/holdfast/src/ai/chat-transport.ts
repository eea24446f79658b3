import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import { AnswerStream } from './answer-stream.ts';
import type { ChatClient } from './chat-client.ts';
import { ChatError } from './chat-error.ts';
import { type ChatEvents, type ChatOrder, type ChatWord, readChatWord } from './chat-wire.ts';
import { StopOrders } from './stop-orders.ts';

/** What a transport is made of. */
export interface ChatTransportOptions<Message extends UIMessage = UIMessage> {
  /** Of `createClient`. The transport asks it to connect, and never closes it. */
  readonly client: ChatClient;
  /** Which messages go to the server. Default: all. One order must fit into one message of the client (60 kB by default). */
  readonly select?: (messages: readonly Message[]) => readonly Message[];
  /** An answer has begun that this page did not ask for, as in another tab: `resumeStream()` shows it. */
  readonly onAnswer?: (chatId: string) => void;
}

type SendOptions<Message extends UIMessage> = Parameters<ChatTransport<Message>['sendMessages']>[0];
type ReconnectOptions<Message extends UIMessage> = Parameters<
  ChatTransport<Message>['reconnectToStream']
>[0];

/** Questions in a row without an answer, each after a gap, until the part that is missing is given up. */
const mostAsks = 4;

const refusals: Readonly<Record<ChatEvents['ai.refused']['code'], string>> = {
  'bad-order': 'The server did not understand the order.',
  busy: 'An answer is running already. Stop it, or wait for its end.',
  overload: 'The server is busy with other answers. Try again later.',
  rate: 'The answer was asked for too often.',
};

/**
 * A transport of the AI SDK over one Holdfast client. Streams outlive connections: one ends only when its answer does, or
 * when a part of it is gone for good, and then says so. Aborting a stream stops the answer at the server; cancelling its
 * reader, or closing the page, lets the answer go on.
 */
export class HoldfastChatTransport<Message extends UIMessage = UIMessage>
  implements ChatTransport<Message>
{
  /** What is read again comes from its start. */
  readonly resumeStreamIsReplay = true;
  readonly #options: ChatTransportOptions<Message>;
  readonly #streams: Map<string, AnswerStream> = new Map();
  readonly #stops: StopOrders;
  readonly #offs: readonly (() => void)[];

  constructor(options: ChatTransportOptions<Message>) {
    const { client } = options;
    this.#options = options;
    this.#stops = new StopOrders(client);
    this.#offs = [
      client.on('event', ({ event, data }) => {
        const word = readChatWord(event, data);
        if (word !== null) this.#hear(word);
      }),
      client.on('gap', () => this.#doubt()),
      client.on('state', (state) => {
        if (state === 'stopped' || state === 'closed') this.#failAll(`The client is ${state}.`);
      }),
    ];
  }

  /** Resolves when the answer begins, which may be after the client is online again. Rejects with ChatError or AbortError. */
  async sendMessages(options: SendOptions<Message>): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, trigger, messageId, messages, body, metadata, abortSignal } = options;
    if (this.#streams.has(chatId)) throw new ChatError('busy', refusals.busy);
    const { select = (all: readonly Message[]) => all } = this.#options;
    const answer = drawName();
    const stream = this.#begin({ chatId, answer, abortSignal });
    this.#order(stream, {
      holdfast: 'chat',
      act: 'send',
      chat: chatId,
      answer,
      trigger,
      ...(messageId !== undefined && { messageId }),
      messages: select(messages),
      ...(body !== undefined && { body }),
      ...(metadata !== undefined && { metadata }),
    });
    const readable = await stream.begun;
    if (readable === null) throw new ChatError('gap', 'The server knows nothing of the answer.');
    return readable;
  }

  /**
   * The answer that is running in this chat, from its start; null when none is. A stream of the same chat that is open in
   * this transport ends: this one continues it.
   */
  async reconnectToStream(
    options: ReconnectOptions<Message>,
  ): Promise<ReadableStream<UIMessageChunk> | null> {
    const { chatId, abortSignal } = options;
    this.#streams.get(chatId)?.abort();
    const stream = this.#begin({ chatId, answer: null, abortSignal });
    this.#ask(stream);
    return await stream.begun;
  }

  /** Lets go of the client. Streams that are open end with an error; answers go on at the server. */
  close(): void {
    for (const off of this.#offs) off();
    this.#failAll('The transport is closed.');
    this.#stops.clear();
  }

  #begin(about: {
    chatId: string;
    answer: string | null;
    abortSignal: AbortSignal | undefined;
  }): AnswerStream {
    about.abortSignal?.throwIfAborted();
    this.#options.client.connect();
    const stream = new AnswerStream({
      ...about,
      aborted: (one) => this.#aborted(one, about.answer !== null),
      over: (one) => {
        if (this.#streams.get(one.chatId) === one) this.#streams.delete(one.chatId);
      },
    });
    this.#streams.set(about.chatId, stream);
    return stream;
  }

  /** The SDK also aborts a resumed stream because it is about to resume the same chat again: then nothing is to be stopped. */
  #aborted(stream: AnswerStream, isOwn: boolean): void {
    const { chatId, answer } = stream;
    stream.abort();
    if (answer === null) return;
    if (isOwn) this.#stops.stop(chatId, answer);
    else
      queueMicrotask(() => {
        if (!this.#streams.has(chatId)) this.#stops.stop(chatId, answer);
      });
  }

  #order(stream: AnswerStream, order: ChatOrder): void {
    stream.accepted = this.#options.client.send(order).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : 'The client gave no reason.';
      stream.fail(new ChatError('not-sent', `The order was not taken: ${reason}`, { cause }));
    });
  }

  /** Something is gone, perhaps of an answer. What the server has is asked for once it has taken what was said before. */
  #doubt(): void {
    for (const stream of this.#streams.values()) {
      const { accepted } = stream;
      void accepted.then(() => {
        if (!stream.isOver && stream.accepted === accepted) this.#ask(stream);
      });
    }
  }

  #ask(stream: AnswerStream): void {
    const { chatId: chat, answer, next: from } = stream;
    stream.asks += 1;
    if (stream.asks > mostAsks) {
      this.#fail(stream, 'gap', 'A part of the answer was lost on the way.');
      return;
    }
    stream.ask = drawName();
    const wanted = answer === null ? {} : { answer, from };
    this.#order(stream, { holdfast: 'chat', act: 'read', chat, ask: stream.ask, ...wanted });
  }

  #hear(word: ChatWord): void {
    const stream = this.#streams.get(word.data.chat);
    if (word.event === 'ai.end') this.#stops.ended(word.data.answer);
    if (word.event === 'ai.open') this.#open(stream, word.data);
    else if (stream === undefined) return;
    else if (word.event === 'ai.none') this.#foundNone(stream, word.data.ask);
    else if (word.event === 'ai.refused') this.#refused(stream, word.data);
    else if (word.data.answer === stream.answer) {
      const isWhole = word.event === 'ai.chunks' ? stream.take(word.data) : stream.end(word.data);
      if (!isWhole && stream.ask === null) this.#ask(stream);
    }
  }

  #open(stream: AnswerStream | undefined, { chat, answer, ask }: ChatEvents['ai.open']): void {
    const isMeant = ask === undefined ? answer === stream?.answer : ask === stream?.ask;
    if (isMeant) stream?.open(answer);
    else if (stream === undefined && ask === undefined) this.#options.onAnswer?.(chat);
  }

  #foundNone(stream: AnswerStream, ask: string): void {
    if (stream.ask !== ask) return;
    if (stream.answer === null) stream.settleEmpty();
    else this.#fail(stream, 'gap', 'The rest of the answer is gone: the server no longer has it.');
  }

  #refused(stream: AnswerStream, { code, answer, ask }: ChatEvents['ai.refused']): void {
    const isMeant = ask === undefined ? answer === stream.answer : ask === stream.ask;
    if (isMeant) this.#fail(stream, code, refusals[code]);
  }

  #fail(stream: AnswerStream, code: ChatError['code'], message: string): void {
    stream.fail(new ChatError(code, message));
  }

  #failAll(message: string): void {
    for (const stream of [...this.#streams.values()]) this.#fail(stream, 'closed', message);
  }
}

/** 96 random bits: also in pages that did not come over HTTPS, where there is no `randomUUID`. */
function drawName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join(
    '-',
  );
}
