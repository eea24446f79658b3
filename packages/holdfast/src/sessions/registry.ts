import { type Place, Session, type SessionKin, type SessionSeed } from './session.ts';

const nobodys: readonly Session[] = [];
/** A table of this size is kept when the last session leaves. */
const keptPlaces = 64;

/**
 * Who holds which slot: one map from user to sessions, and a table that turns an id into its session. Every count is
 * read from them at the moment of asking (I1). Users are map keys and nothing else (I8). Only the door adds and removes.
 */
export class Registry {
  readonly #kin: SessionKin;
  readonly #users: Map<string, Session[]> = new Map();
  readonly #table: (Session | null)[] = [];
  readonly #free: number[] = [];
  #generation = 0;

  constructor(kin: SessionKin) {
    this.#kin = kin;
  }

  /** All sessions. */
  get size(): number {
    return this.#table.length - this.#free.length;
  }

  /** Users who have at least one. */
  get userCount(): number {
    return this.#users.size;
  }

  /** How many slots this user holds. */
  count(userId: string): number {
    return this.#users.get(userId)?.length ?? 0;
  }

  /** The user's sessions, oldest first. A view: it changes when they do, so copy before ending any of them. */
  of(userId: string): readonly Session[] {
    return this.#users.get(userId) ?? nobodys;
  }

  users(): IterableIterator<string> {
    return this.#users.keys();
  }

  /** How far the table reaches; places from 0 up to this may be asked {@link at}. */
  get reach(): number {
    return this.#table.length;
  }

  at(index: number): Session | null {
    return this.#table[index] ?? null;
  }

  /** The session of that id, unless it is over. */
  find(id: string): Session | null {
    const parts = id.split('-');
    const session = this.at(Number.parseInt(parts.at(-2) ?? '', 36));
    return session !== null && session.id === id ? session : null;
  }

  add(seed: SessionSeed): Session {
    const session = new Session(this.#kin, this.#takePlace(), seed);
    this.#table[session.index] = session;
    const siblings = this.#users.get(seed.userId);
    if (siblings === undefined) this.#users.set(seed.userId, [session]);
    else siblings.push(session);
    return session;
  }

  /** Takes out exactly this session; false when its place belongs to another generation by now (I7). */
  remove(session: Session): boolean {
    if (this.#table[session.index] !== session) return false;
    this.#table[session.index] = null;
    this.#free.push(session.index);
    if (this.size === 0 && this.#table.length > keptPlaces) this.#forgetTable();
    const siblings = this.#users.get(session.userId) ?? [];
    siblings.splice(siblings.indexOf(session), 1);
    if (siblings.length === 0) this.#users.delete(session.userId);
    return true;
  }

  /** Nobody is here: the room that a crowd once took is given back. */
  #forgetTable(): void {
    this.#table.length = 0;
    this.#free.length = 0;
  }

  #takePlace(): Place {
    this.#generation += 1;
    return { index: this.#free.pop() ?? this.#table.length, generation: this.#generation };
  }
}
