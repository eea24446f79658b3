import { ShardedMap } from '../core/sharded-map.ts';
import { type Place, Session, type SessionKin, type SessionSeed } from './session.ts';

const nobodys: readonly Session[] = [];

/** One session stands for itself: most users have one, and a list for it would be a third of what it costs. */
type Siblings = Session | readonly Session[];
/** A table of this size is kept when the last session leaves. */
const keptPlaces = 64;
const noPlace = -1;
/** Prefix, place, generation and, of one that has resumed, its lineage. */
const idForm = /^(.+)-\d+-(\d{1,16})(?:\.(\d{1,16}))?$/;

/**
 * Who holds which slot: one map from user to sessions, and a table that turns an id into its session. Every count is
 * read from them at the moment of asking (I1). Users are map keys and nothing else (I8). Only the door adds and removes.
 */
export class Registry {
  readonly #kin: SessionKin;
  /** Each list is replaced when it changes, so it is never longer than it must be, and whoever holds one is not disturbed. */
  readonly #users: ShardedMap<Siblings> = new ShardedMap();
  /**
   * A session at each place; at a free one the next free place. A list of them beside this one would be copied as it grows,
   * which takes 5 ms when a million leave.
   */
  readonly #table: (Session | number)[] = [];
  #firstFree = noPlace;
  #freePlaces = 0;
  /** Whether generations are unique among many nodes, so that an id of any of them names a lineage. */
  readonly #isShared: boolean;
  #generation: number;

  /** @param firstGeneration of a cluster: all sessions here have generations above it; absent where this is the only node */
  constructor(kin: SessionKin, firstGeneration?: number) {
    this.#kin = kin;
    this.#isShared = firstGeneration !== undefined;
    this.#generation = firstGeneration ?? 0;
  }

  /** All sessions. */
  get size(): number {
    return this.#table.length - this.#freePlaces;
  }

  /** Users who have at least one. */
  get userCount(): number {
    return this.#users.size;
  }

  /** How many slots this user holds. */
  count(userId: string): number {
    const siblings = this.#users.get(userId);
    if (siblings === undefined) return 0;
    return siblings instanceof Session ? 1 : siblings.length;
  }

  /** The user's sessions at this moment, oldest first. */
  of(userId: string): readonly Session[] {
    const siblings = this.#users.get(userId);
    if (siblings === undefined) return nobodys;
    return siblings instanceof Session ? [siblings] : siblings;
  }

  users(): Iterable<string> {
    return this.#users.keys();
  }

  /** The sessions of each user, as {@link of} has them; of those who come or go meanwhile, perhaps. */
  *crowds(): Generator<readonly Session[], undefined> {
    for (const siblings of this.#users.values())
      yield siblings instanceof Session ? [siblings] : siblings;
  }

  /** How far the table reaches; places from 0 up to this may be asked {@link at}. */
  get reach(): number {
    return this.#table.length;
  }

  at(index: number): Session | null {
    const place = this.#table[index];
    return typeof place === 'object' ? place : null;
  }

  /** All sessions, in no order; also of those who come or go meanwhile, perhaps. */
  *sessions(): Generator<Session, void, undefined> {
    for (let index = 0; index < this.reach; index += 1) {
      const session = this.at(index);
      if (session !== null) yield session;
    }
  }

  /** The session of that id, unless it is over. */
  find(id: string): Session | null {
    const parts = id.split('-');
    const session = this.at(Number.parseInt(parts.at(-2) ?? '', 10));
    return session !== null && session.id === id ? session : null;
  }

  /** The lineage that an id names, also of a session that is over; null for what is no id of this node, or of its cluster. */
  lineageOf(id: string): number | null {
    const [, prefix, generation, lineage = generation] = idForm.exec(id) ?? [];
    if (lineage === undefined || !(this.#isShared || prefix === this.#kin.idPrefix)) return null;
    const number = Number(lineage);
    return Number.isSafeInteger(number) ? number : null;
  }

  /** A generation that no session has, and none will get by itself. */
  drawGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  /** The generation that was drawn last. */
  get lastGeneration(): number {
    return this.#generation;
  }

  /** Goes on with generations above this one. */
  skipGenerationsTo(first: number): void {
    this.#generation = Math.max(this.#generation, first);
  }

  add(seed: SessionSeed): Session {
    const session = new Session(this.#kin, this.#takePlace(seed), seed);
    this.#table[session.index] = session;
    const siblings = this.#users.get(seed.userId);
    this.#users.set(
      seed.userId,
      siblings === undefined ? session : this.of(seed.userId).concat(session),
    );
    return session;
  }

  /** Puts a new session in the place of one of the same user, at once: at no moment are there both, or neither (I1). */
  replace(old: Session, seed: SessionSeed): Session {
    const place = { index: old.index, generation: this.#generationFor(seed) };
    const session = new Session(this.#kin, place, seed);
    this.#table[old.index] = session;
    const siblings = this.of(seed.userId)
      .filter((other) => other !== old)
      .concat(session);
    this.#users.set(seed.userId, siblings.length === 1 ? session : siblings);
    return session;
  }

  /** Takes out exactly this session; false when its place belongs to another generation by now (I7). */
  remove(session: Session): boolean {
    if (this.#table[session.index] !== session) return false;
    this.#table[session.index] = this.#firstFree;
    this.#firstFree = session.index;
    this.#freePlaces += 1;
    if (this.size === 0 && this.#table.length > keptPlaces) this.#forgetTable();
    const siblings = this.of(session.userId).filter((other) => other !== session);
    const [first] = siblings;
    if (first === undefined) this.#users.delete(session.userId);
    else this.#users.set(session.userId, siblings.length === 1 ? first : siblings);
    return true;
  }

  /** Nobody is here: the room that a crowd once took is given back. */
  #forgetTable(): void {
    this.#table.length = 0;
    this.#firstFree = noPlace;
    this.#freePlaces = 0;
  }

  #takePlace(seed: SessionSeed): Place {
    const generation = this.#generationFor(seed);
    const index = this.#firstFree;
    if (index === noPlace) return { index: this.#table.length, generation };
    this.#firstFree = this.#table[index] as number;
    this.#freePlaces -= 1;
    return { index, generation };
  }

  #generationFor({ grant }: SessionSeed): number {
    return grant?.generation ?? this.drawGeneration();
  }
}
