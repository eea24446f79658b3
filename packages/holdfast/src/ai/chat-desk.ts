import { type RateLimit, spend } from '../core/rate.ts';
import { Answer } from './answer.ts';
import { AnswerBook } from './answer-book.ts';
import type { ChatLayer, ChatServer, ChatSession, ChatSettings } from './chat-options.ts';
import { type CancelOrder, type ChatEvents, type ChatOrder, readChatOrder } from './chat-wire.ts';

/** An answer can be large, an order to read it is not. */
const readLimit: RateLimit = { perSecond: 1, burst: 10 };

type SendOrder = Extract<ChatOrder, { readonly act: 'send' }>;
type ReadOrder = Extract<ChatOrder, { readonly act: 'read' }>;

/** Serves the orders of pages: one answer at a time in each chat. */
export class ChatDesk implements ChatServer {
  readonly #layer: ChatLayer;
  readonly #options: ChatSettings;
  readonly #book: AnswerBook;
  readonly #running: Set<Answer> = new Set();

  constructor(layer: ChatLayer, options: ChatSettings) {
    this.#layer = layer;
    this.#options = options;
    this.#book = new AnswerBook(options);
  }

  get running(): number {
    return this.#book.running;
  }

  take(session: ChatSession, { data }: { readonly data: unknown }): boolean {
    const order = readChatOrder(data);
    if (order === null) return false;
    if (order === 'bad') this.#refuse(session, readNames(data), 'bad-order');
    else if (order.holdfast === 'cancel') this.#cancel(session, order);
    else if (order.act === 'send') this.#start(session, order);
    else this.#read(session, order);
    return true;
  }

  close(): void {
    for (const answer of [...this.#running]) answer.end('failed', 'The server is going down.');
    this.#book.clear();
  }

  #start(session: ChatSession, order: SendOrder): void {
    const { chat, answer: id } = order;
    const { userId } = session;
    if (this.#book.find(userId, chat)?.name.answer === id) return;
    const name = { userId, chat, answer: id };
    const verdict = this.#book.judge(name);
    if (verdict !== 'ok') {
      this.#refuse(session, { chat, answer: id }, verdict);
      return;
    }
    const answer: Answer = new Answer(name, {
      batchMs: this.#options.batchMs,
      grow: (bytes) => this.#book.grow(answer, bytes),
      explain: (error) => this.#explain(error),
      publish: (event, data) => this.#publish(userId, [event, data]),
    });
    this.#book.add(answer);
    this.#running.add(answer);
    this.#publish(userId, ['ai.open', { chat, answer: id }]);
    void this.#make(answer, order);
  }

  async #make(answer: Answer, order: SendOrder): Promise<void> {
    const { trigger, messageId, messages, body, metadata } = order;
    const { userId, chat: chatId } = answer.name;
    const { signal } = answer;
    signal.addEventListener('abort', () => this.#ended(answer), { once: true });
    try {
      const asked = { userId, chatId, trigger, messageId, body, metadata, signal };
      const chunks = await this.#options.generate({ ...asked, messages: messages as never[] });
      for await (const chunk of chunks) {
        if (answer.isOver) break;
        answer.push(chunk);
      }
      answer.end('finished');
    } catch (error) {
      const isStopped = answer.isOver && error instanceof Error && error.name === 'AbortError';
      if (!isStopped) this.#failed(answer, error);
    }
    this.#ended(answer);
  }

  #failed(answer: Answer, error: unknown): void {
    if (answer.isOver) this.#layer.reportFault('application', error);
    else answer.fail(error);
  }

  #ended(answer: Answer): void {
    if (this.#running.delete(answer)) this.#book.keep(answer, performance.now());
  }

  #explain(error: unknown): string {
    this.#layer.reportFault('application', error);
    try {
      return this.#options.describeError(error);
    } catch (cause) {
      this.#layer.reportFault('application', cause);
      return 'The answer failed.';
    }
  }

  #cancel({ userId }: ChatSession, { chat, answer: id }: CancelOrder): void {
    for (const answer of this.#book.runningOf(userId)) {
      const isMeant = chat === undefined || chat === answer.name.chat;
      if (isMeant && (id === undefined || id === answer.name.answer)) answer.end('stopped');
    }
  }

  #read(session: ChatSession, { chat, ask, answer: id, from = 0 }: ReadOrder): void {
    const found = this.#book.find(session.userId, chat);
    const isMeant = id === undefined ? found?.isOver === false : found?.name.answer === id;
    if (found === undefined || !isMeant) {
      this.#publish(session.userId, ['ai.none', { chat, ask }], session);
      return;
    }
    const verdict = spend(readLimit, found.readMark, performance.now());
    if (!verdict.passed) {
      this.#refuse(session, { chat, ask }, 'rate');
      return;
    }
    found.readMark = verdict.mark;
    const { answer } = found.name;
    this.#publish(session.userId, ['ai.open', { chat, answer, ask }], session);
    for (const word of found.read(from)) this.#publish(session.userId, word, session);
  }

  #refuse(
    session: ChatSession,
    names: Omit<ChatEvents['ai.refused'], 'code'>,
    code: ChatEvents['ai.refused']['code'],
  ): void {
    this.#publish(session.userId, ['ai.refused', { ...names, code }], session);
  }

  #publish(
    userId: string,
    [event, data]: readonly [keyof ChatEvents, ChatEvents[keyof ChatEvents]],
    session?: ChatSession,
  ): void {
    const about = session === undefined ? {} : { session: session.id };
    const isLasting = event === 'ai.end' ? { critical: true } : {};
    try {
      this.#layer.publish(userId, { event, data, ...isLasting }, about);
    } catch (error) {
      // Readers see that a batch is missing, and ask for it.
      this.#layer.reportFault('application', error);
    }
  }
}

/** What a bad order can be answered under. */
function readNames(data: unknown): Omit<ChatEvents['ai.refused'], 'code'> {
  const { chat, answer, ask } = data as Readonly<Record<string, unknown>>;
  return {
    chat: short(chat),
    ...(answer !== undefined && { answer: short(answer) }),
    ...(ask !== undefined && { ask: short(ask) }),
  };
}

function short(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 256) : '';
}
