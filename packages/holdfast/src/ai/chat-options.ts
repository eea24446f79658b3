import type { UIMessage, UIMessageChunk } from 'ai';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { AnswerBounds } from './answer-book.ts';
import type { ChatTrigger } from './chat-wire.ts';

/** The part of a session layer that a chat uses. */
export interface ChatLayer {
  publish(
    userId: string,
    event: { readonly event: string; readonly data: unknown; readonly critical?: boolean },
    options?: { readonly session?: string },
  ): unknown;
  reportFault(where: 'application', error: unknown): void;
}

/** The part of a session that a chat uses. */
export interface ChatSession {
  readonly id: string;
  readonly userId: string;
}

/** An answer that is wanted. What the page has sent is as it came: check it, for example with `validateUIMessages`. */
export interface AnswerRequest<Message extends UIMessage = UIMessage> {
  readonly userId: string;
  readonly chatId: string;
  readonly trigger: ChatTrigger;
  /** The message to answer anew, or that was edited. */
  readonly messageId: string | undefined;
  readonly messages: Message[];
  readonly body: unknown;
  readonly metadata: unknown;
  /** Aborted when the user stops the answer, or it failed. */
  readonly signal: AbortSignal;
}

type Chunks = AsyncIterable<UIMessageChunk>;

/** How chats are served. */
export interface ChatOptions<Message extends UIMessage = UIMessage> extends Partial<AnswerBounds> {
  /** Makes an answer, as `streamText(…).toUIMessageStream()` does. It goes on when the user is away. */
  readonly generate: (request: AnswerRequest<Message>) => Chunks | PromiseLike<Chunks>;
  /** What the user is told of a failure. Default: one sentence that tells nothing about it. */
  readonly describeError?: (error: unknown) => string;
  /** Chunks that come within so many milliseconds of each other go together. Default: 40. */
  readonly batchMs?: number;
}

/** Answers the chats of all users of a layer. */
export interface ChatServer {
  /** Serves a message if it is about a chat; false leaves it to the application. For the hook `onMessage`. */
  take(session: ChatSession, message: { readonly data: unknown }): boolean;
  /** Answers that are being made. */
  readonly running: number;
  /** Ends all answers, as failed, and forgets them: for an orderly stop of the process. */
  close(): void;
}

/** The options in force. */
export type ChatSettings = Required<ChatOptions<never>>;

const defaults = {
  maxTotalBytes: 64_000_000,
  maxAnswerBytes: 1_000_000,
  maxRunningPerUser: 8,
  keepMs: 120_000,
  batchMs: 40,
};

/** @throws UsageError `bad-option` */
export function resolveChatOptions<Message extends UIMessage>(
  options: ChatOptions<Message>,
): ChatSettings {
  const { generate, describeError = () => 'The answer failed.', ...numbers } = options;
  if (typeof generate !== 'function')
    throw bad(['generate'], 'a function that makes an answer', generate);
  const bounds = { ...defaults, ...numbers };
  for (const [name, value] of Object.entries(bounds)) {
    const isGood = name === 'batchMs' ? value >= 0 : value > 0;
    if (!isGood) throw bad([name], 'a number above 0', value);
  }
  if (bounds.maxAnswerBytes > bounds.maxTotalBytes)
    throw bad(
      ['maxAnswerBytes', 'maxTotalBytes'],
      `at most \`maxTotalBytes\` (${bounds.maxTotalBytes})`,
      bounds.maxAnswerBytes,
    );
  return { ...bounds, generate: generate as ChatSettings['generate'], describeError };
}

function bad(names: readonly string[], expected: string, value: unknown): UsageError {
  const message = `Expected \`${names[0]}\` to be ${expected}, got ${describeValue(value)}.`;
  return new UsageError('bad-option', message, names);
}
