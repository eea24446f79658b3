import type { UIMessageChunk } from 'ai';

/** What a page asks for, as the `data` of a Holdfast message. */
export type ChatOrder =
  | {
      readonly holdfast: 'chat';
      readonly act: 'send';
      readonly chat: string;
      /** The page's name for the answer: one order sent twice has one answer. */
      readonly answer: string;
      readonly trigger: ChatTrigger;
      readonly messageId?: string;
      readonly messages: readonly unknown[];
      readonly body?: unknown;
      readonly metadata?: unknown;
    }
  | {
      readonly holdfast: 'chat';
      readonly act: 'read';
      readonly chat: string;
      /** The page's name for this question. */
      readonly ask: string;
      /** Only this answer, running or not; absent: the one that is running. */
      readonly answer?: string;
      /** The first batch that is wanted. */
      readonly from?: number;
    }
  | CancelOrder;

/** Stop: this answer, or without a chat all that runs for the user. It is what `client.cancel()` of holdfast/client says too. */
export interface CancelOrder {
  readonly holdfast: 'cancel';
  readonly chat?: string;
  /** Only this one: an order that comes late stops no other. */
  readonly answer?: string;
}

/** Why an answer is wanted. */
export type ChatTrigger = 'submit-message' | 'regenerate-message';

/** How an answer ended. */
export type ChatEndStatus = 'finished' | 'stopped' | 'failed';

/**
 * Why an order was not served.
 * - `bad-order`: it is not as it must be
 * - `busy`: an answer is running in this chat already, or too many in the chats of this user
 * - `overload`: the server holds as much as it may
 * - `rate`: the answer was read from its start too often
 */
export type ChatRefusal = 'bad-order' | 'busy' | 'overload' | 'rate';

/** What a server tells, as the `data` of a Holdfast event, by the event's name. */
export interface ChatEvents {
  /** An answer begins, or, with `ask`, is told again from the batch that was asked for. */
  readonly 'ai.open': { readonly chat: string; readonly answer: string; readonly ask?: string };
  /** Batch `at` of an answer; they count from 0, without a hole. */
  readonly 'ai.chunks': {
    readonly chat: string;
    readonly answer: string;
    readonly at: number;
    readonly chunks: readonly UIMessageChunk[];
  };
  /** There were `at` batches. Said once for every answer, whatever became of it. */
  readonly 'ai.end': {
    readonly chat: string;
    readonly answer: string;
    readonly at: number;
    readonly status: ChatEndStatus;
    /** Why it failed, for people. */
    readonly text?: string;
  };
  /** There is nothing to read. */
  readonly 'ai.none': { readonly chat: string; readonly ask: string };
  readonly 'ai.refused': {
    readonly chat: string;
    readonly code: ChatRefusal;
    readonly answer?: string;
    readonly ask?: string;
  };
}

/** One event of a chat, by its name. */
export type ChatWord = {
  [Name in keyof ChatEvents]: { readonly event: Name; readonly data: ChatEvents[Name] };
}[keyof ChatEvents];

type Fields = Readonly<Record<string, unknown>>;
type SendOrder = Extract<ChatOrder, { readonly act: 'send' }>;
type ReadOrder = Extract<ChatOrder, { readonly act: 'read' }>;

const names: ReadonlySet<string> = new Set<keyof ChatEvents>([
  'ai.open',
  'ai.chunks',
  'ai.end',
  'ai.none',
  'ai.refused',
]);

/** Reads an event; null for one that is no word about a chat. The server is trusted with its own words. */
export function readChatWord(event: string, data: unknown): ChatWord | null {
  const word = { event, data };
  return isWord(word) ? word : null;
}

/** Reads a message of a client; null for one that is no order about a chat, `bad` for one that is not as it must be. */
export function readChatOrder(data: unknown): ChatOrder | 'bad' | null {
  if (!isObject(data)) return null;
  const { holdfast } = data as Fields;
  if (holdfast === 'cancel') return isCancel(data) ? data : 'bad';
  if (holdfast !== 'chat') return null;
  return isSend(data) || isRead(data) ? data : 'bad';
}

function isWord(word: { readonly event: string; readonly data: unknown }): word is ChatWord {
  return names.has(word.event) && isObject(word.data);
}

function isCancel(order: object): order is CancelOrder {
  const { chat, answer } = order as Fields;
  return isAbsentOr(chat, isName) && isAbsentOr(answer, isName);
}

function isSend(order: object): order is SendOrder {
  const { act, chat, answer, trigger, messages, messageId } = order as Fields;
  const isTrigger = trigger === 'submit-message' || trigger === 'regenerate-message';
  const isNamed = isName(chat) && isName(answer) && isAbsentOr(messageId, isName);
  return act === 'send' && isNamed && isTrigger && Array.isArray(messages);
}

function isRead(order: object): order is ReadOrder {
  const { act, chat, ask, answer, from } = order as Fields;
  const isNamed = isName(chat) && isName(ask) && isAbsentOr(answer, isName);
  return act === 'read' && isNamed && isAbsentOr(from, isPlace);
}

function isAbsentOr(value: unknown, isGood: (value: unknown) => boolean): boolean {
  return value === undefined || isGood(value);
}

function isPlace(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A name that a page gave: short, since it is kept and repeated. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
