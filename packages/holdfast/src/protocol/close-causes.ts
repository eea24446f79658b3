/**
 * Who ended it.
 * - `peer`: the client or its network
 * - `death`: clean-up, for one of the three facts of `causeOfDeath`
 * - `order`: an administrator, a policy, a newer session, the process going away
 * - `breach`: the client broke the protocol
 * - `refusal`: it never was a session
 */
export type EndedBy = 'peer' | 'death' | 'order' | 'breach' | 'refusal';

/** What a client does next: see PROTOCOL.md. `later` honours `retryMs`, `resume` comes back at once with its position. */
export type ClientAdvice = 'none' | 'stop' | 'later' | 'resume' | 'new-token' | 'on-request';

/** One way in which a session or a newcomer ends. */
export interface CloseRow {
  /** RFC 6455 close code, or one of ours from 4400 to 4499. */
  readonly code: number;
  /** The word in the close reason; null where the code says all. */
  readonly word: string | null;
  readonly by: EndedBy;
  readonly client: ClientAdvice;
}

/** The ways in which a session ends. */
export type SessionEnd =
  | 'client-close'
  | 'connection-lost'
  | 'invalid-frame'
  | 'too-big'
  | 'bad-frame'
  | 'message-rate'
  | 'transport-closed'
  | 'no-pong'
  | 'open-timeout'
  | 'slow'
  | 'superseded'
  | 'evicted'
  | 'taken-over'
  | 'admin'
  | 'revoked'
  | 'token-expired'
  | 'released'
  | 'shutdown'
  | 'failed'
  | 'excess';

/** The ways in which a newcomer is turned away. `bad-frame`: it answered the question put to it with no frame at all. */
export type RefusalReason =
  | 'unauthorized'
  | 'user-limit'
  | 'rate'
  | 'draining'
  | 'overload'
  | 'bad-frame';

/** The name of one way to end. Also the `cause` label of the metrics. */
export type CloseCause = SessionEnd | RefusalReason;

/** Every way in which a session or a newcomer ends. There is no other. */
export const closeCauses: Readonly<Record<CloseCause, CloseRow>> = {
  'client-close': { code: 1000, word: null, by: 'peer', client: 'none' },
  'connection-lost': { code: 1006, word: null, by: 'peer', client: 'resume' },
  'invalid-frame': { code: 1002, word: null, by: 'breach', client: 'stop' },
  'too-big': { code: 1009, word: null, by: 'breach', client: 'stop' },
  'bad-frame': { code: 4400, word: 'bad-frame', by: 'breach', client: 'stop' },
  'message-rate': { code: 1008, word: 'rate', by: 'breach', client: 'later' },
  'transport-closed': { code: 1006, word: null, by: 'death', client: 'resume' },
  'no-pong': { code: 4408, word: 'no-pong', by: 'death', client: 'resume' },
  'open-timeout': { code: 4408, word: 'open-timeout', by: 'death', client: 'resume' },
  slow: { code: 4410, word: 'slow', by: 'order', client: 'resume' },
  superseded: { code: 4409, word: 'superseded', by: 'order', client: 'stop' },
  evicted: { code: 4409, word: 'evicted', by: 'order', client: 'stop' },
  'taken-over': { code: 4409, word: 'evicted', by: 'order', client: 'stop' },
  admin: { code: 4499, word: 'admin', by: 'order', client: 'stop' },
  revoked: { code: 4401, word: 'revoked', by: 'order', client: 'new-token' },
  'token-expired': { code: 4401, word: 'token-expired', by: 'order', client: 'new-token' },
  released: { code: 1000, word: null, by: 'order', client: 'none' },
  shutdown: { code: 1012, word: 'drain', by: 'order', client: 'later' },
  failed: { code: 1011, word: null, by: 'order', client: 'later' },
  excess: { code: 1013, word: 'overload', by: 'order', client: 'later' },
  unauthorized: { code: 4401, word: 'unauthorized', by: 'refusal', client: 'new-token' },
  'user-limit': { code: 4429, word: 'user-limit', by: 'refusal', client: 'on-request' },
  rate: { code: 4429, word: 'rate', by: 'refusal', client: 'later' },
  draining: { code: 1012, word: 'drain', by: 'refusal', client: 'later' },
  overload: { code: 1013, word: 'overload', by: 'refusal', client: 'later' },
};

/** The close reason as it goes over the wire: compact JSON, or nothing where the code says all. */
export function closeReason(cause: CloseCause, retryAfterMs?: number): string {
  const { word } = closeCauses[cause];
  if (word === null) return '';
  return retryAfterMs === undefined
    ? `{"r":"${word}"}`
    : `{"r":"${word}","retryMs":${Math.ceil(retryAfterMs)}}`;
}
