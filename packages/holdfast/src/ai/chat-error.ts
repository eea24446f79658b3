/**
 * Why an answer could not be had.
 * - `busy`: one is running in this chat already, or too many in the chats of this user
 * - `overload`, `rate`, `bad-order`: the server refused
 * - `gap`: a part of the answer is gone for good
 * - `failed`: the application could not finish it
 * - `not-sent`: the client could not hand the order over; `cause` has its error
 * - `closed`: the client or the transport has ended
 */
export type ChatErrorCode =
  | 'busy'
  | 'overload'
  | 'rate'
  | 'bad-order'
  | 'gap'
  | 'failed'
  | 'not-sent'
  | 'closed';

/** What the transport rejects with. Once a stream has begun, its message is the text of the `error` chunk that ends it. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ChatErrorCode;

  constructor(code: ChatErrorCode, message: string, about: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in about ? { cause: about.cause } : undefined);
    this.code = code;
  }
}
