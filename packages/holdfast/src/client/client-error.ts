/**
 * Why something could not be done.
 * - `handler-failed`: a handler of the application threw; `cause` has what
 * - `token-failed`: the token provider threw, or gave no text
 * - `unauthorized`: the provider gave the token again that the server had refused
 * - `no-socket`: the runtime would not open a WebSocket to this address
 * - `tabs-failed`: the code of `shareTabs` could not be loaded; the client goes on with a session of its own
 * - `bad-frame`: the server sent something that is no frame
 * - `storage-failed`: the position could not be kept; the client goes on with what it has in memory
 * - `rejected`: the server answered `error`; `serverCode` says why
 * - `bad-data`: the message cannot be said in JSON
 * - `too-large`, `outbox-full`: the message was not taken; nothing was sent
 * - `not-connected`: there was no open session, and the message was not to wait for one
 * - `connection-lost`: it broke before the answer; the message may have been taken
 * - `stopped`, `closed`: the client has ended; messages without an answer may have been taken
 */
export type ClientErrorCode =
  | 'handler-failed'
  | 'token-failed'
  | 'unauthorized'
  | 'no-socket'
  | 'tabs-failed'
  | 'bad-frame'
  | 'storage-failed'
  | 'rejected'
  | 'bad-data'
  | 'too-large'
  | 'outbox-full'
  | 'not-connected'
  | 'connection-lost'
  | 'stopped'
  | 'closed';

/** What the client rejects with, and what it hands to the `error` handlers. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** The `code` of the server's `error` frame, where there was one. */
  readonly serverCode: string | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    about: { readonly cause?: unknown; readonly serverCode?: string } = {},
  ) {
    super(message, about);
    this.code = code;
    this.serverCode = about.serverCode;
  }
}
