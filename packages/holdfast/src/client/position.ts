import type { ReadyFrame } from '../protocol/frames.ts';

/** The part of `sessionStorage` that is used. */
export interface PositionStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** A place in one record. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/** What the position is kept in. */
export interface PositionPlace {
  readonly storage?: PositionStorage;
  readonly storageKey: string;
}

/** Where the client is in the record of its user, and with which ticket it takes its place again. */
export class Position {
  readonly #place: PositionPlace;
  readonly #failed: (error: unknown) => void;
  #user: string | null = null;
  #epoch: string | null = null;
  #offset = 0;
  #ticket: string | null = null;
  #hasFailed = false;
  /**
   * Whether the ticket is written down too. Not while a page is on the screen: duplicating a tab copies its storage, and
   * of two clients with one ticket only one lives. Written on leaving, it is there for the reload that follows.
   */
  #keepsTicket: boolean;

  /** @param failed called when the storage fails, the first time */
  constructor(place: PositionPlace, failed: (error: unknown) => void, keepsTicket: boolean) {
    this.#place = place;
    this.#failed = failed;
    this.#keepsTicket = keepsTicket;
    this.#load();
  }

  /** For the next connection. */
  get ticket(): string | null {
    return this.#ticket;
  }

  /** The last place that was read; null for a client that was nowhere yet. */
  get place(): Place | null {
    return this.#epoch === null ? null : { epoch: this.#epoch, offset: this.#offset };
  }

  /** Forgets the position of another user: offsets mean nothing in another record. */
  claimFor(user: unknown): void {
    if (this.#user === null || user === undefined || user === this.#user) return;
    this.#user = this.#epoch = this.#ticket = null;
  }

  /** Whether an event at this place was not handled yet. */
  isAhead(offset: number): boolean {
    return this.#epoch === null || offset > this.#offset;
  }

  greet({ user, epoch, offset, ticket, resume }: ReadyFrame): void {
    const isSame =
      epoch === this.#epoch && !(resume.outcome === 'gap' && resume.reason === 'epoch');
    this.#user = user;
    this.#ticket = ticket;
    this.moveTo(epoch, isSame ? Math.max(offset, this.#offset) : offset);
  }

  moveTo(epoch: string, offset: number): void {
    this.#epoch = epoch;
    this.advance(offset);
  }

  advance(offset: number): void {
    this.#offset = offset;
    this.save();
  }

  /** A server that drains hands out a ticket for the way back. */
  take(ticket: string): void {
    this.#ticket = ticket;
    this.save();
  }

  keepTicket(isKept: boolean): void {
    this.#keepsTicket = isKept;
    this.save();
  }

  save(): void {
    const { storage, storageKey } = this.#place;
    if (storage === undefined || this.#epoch === null) return;
    const ticket = this.#keepsTicket ? this.#ticket : null;
    this.#guard(() => {
      storage.setItem(storageKey, JSON.stringify([this.#user, this.#epoch, this.#offset, ticket]));
    });
  }

  #load(): void {
    const { storage, storageKey } = this.#place;
    this.#guard(() => {
      const kept: unknown = JSON.parse(storage?.getItem(storageKey) ?? 'null');
      if (!Array.isArray(kept)) return;
      const [user, epoch, offset, ticket] = kept as unknown[];
      if (typeof user !== 'string' || typeof epoch !== 'string') return;
      if (!Number.isSafeInteger(offset) || (offset as number) < 0) return;
      this.#user = user;
      this.#epoch = epoch;
      this.#offset = offset as number;
      this.#ticket = typeof ticket === 'string' ? ticket : null;
    });
  }

  /** Storage throws when it is full, forbidden, or holds what we did not write; the client goes on without. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!this.#hasFailed) this.#failed(error);
      this.#hasFailed = true;
    }
  }
}
