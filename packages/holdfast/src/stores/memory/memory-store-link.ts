/** The ends of a connection that a link speaks to. */
export interface LinkEnd {
  /** Messages may be lost from now on. */
  lost(error: Error): void;
  /** From now on every message arrives. */
  back(): void;
}

/**
 * What lies between one process and a memory store: the network. It decides when an act reaches the store, when its answer and
 * the messages come back, and whether they do. Acts of one link, and messages of one link, must keep their order.
 */
export interface MemoryStoreLink {
  /** The connection begins. */
  attach(end: LinkEnd): void;
  /**
   * Takes an act to the store, where `act` does it at once and returns the answer, and brings that back. Rejects where it does
   * not know of an answer, whether `act` was called or not.
   */
  ask<T>(act: () => T): Promise<T>;
  /** Brings a message, by calling `deliver`, but never before it returns; false where the store sees that it cannot. */
  tell(deliver: () => void): boolean;
}

/** Nothing lies in between: acts are done at once, answers and messages arrive in the same turn of the loop. */
export function directLink(): MemoryStoreLink {
  return {
    attach: () => {},
    ask: async (act) => act(),
    tell: (deliver) => {
      queueMicrotask(deliver);
      return true;
    },
  };
}
