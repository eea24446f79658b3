/**
 * Why a store did not answer an act:
 *
 * - `unreachable`: there is no connection, or it broke before the answer.
 * - `timeout`: no answer in time.
 * - `read-only`: it takes no writes: a replica, or a server that cannot save.
 * - `out-of-memory`: it has no memory for what the act adds.
 * - `loading`: it has just started and reads its data.
 * - `busy`: something else keeps it from answering anybody, such as a script that does not end.
 * - `refused`: it does not let this client do that: credentials, rights, or a command it does not have.
 * - `broken`: it answered what nobody can make sense of.
 * - `away`: it was not asked, since it has not answered lately.
 * - `overloaded`: it was not asked, since too many acts wait for it.
 */
export type StoreErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'read-only'
  | 'out-of-memory'
  | 'loading'
  | 'busy'
  | 'refused'
  | 'broken'
  | 'away'
  | 'overloaded';

const inDoubt: ReadonlySet<StoreErrorKind> = new Set(['unreachable', 'timeout', 'broken']);

/**
 * What every act of a store rejects with. Whether the act was done is unknown after `unreachable`, `timeout` and `broken`;
 * after all others it was not. Its text holds no data of users.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  /** Whether the act may have been done all the same. */
  get isInDoubt(): boolean {
    return inDoubt.has(this.kind);
  }
}
