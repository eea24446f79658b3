/** Where a client says it was: a place in a record. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** What a session takes over from those before it of the same client. */
export interface Inheritance {
  /** The generation of the first of them. */
  readonly lineage: number;
  /** The generation of the last of them, whose ticket was brought. */
  readonly predecessor: number;
}
