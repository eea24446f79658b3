import { randomBytes } from 'node:crypto';
import type { Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { MirrorEntry, MirrorHead } from '../sessions/mirror.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { LogTerms, ReadAnswer, RecordHead } from '../sessions/store/acts.ts';
import type { StoreMessage } from '../sessions/store/cluster-store.ts';
import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What mirrors are kept with. */
export interface MirrorParts {
  readonly clock: Clock;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly terms: LogTerms;
  /** Whether a newcomer of this user is on its way. */
  readonly isAwaited: (userId: string) => boolean;
  /** What is here of this user's record may not be what the store has. */
  readonly onDoubt: (userId: string) => void;
}

/** What a record that is there has. */
type Read = ReadAnswer & { readonly record: RecordHead };
/** How far a node has seen a record. */
export interface KnownRecord {
  readonly epoch: string;
  /** The furthest place that anything here is at. */
  readonly furthest: number;
}

type Appended = Extract<StoreMessage, { readonly type: 'appended' }>;

/** Entries read at once. */
const mostRead = 1_024;
/** How often it is tried to get hold of what a newcomer needs while others read the same record. */
const mostTries = 4;
/** Our reading of the clock of the store may be off by as much, milliseconds. */
const clockDoubtMs = 1_000;

/**
 * Keeps the logs of users who are here in step with their records in the store. Messages bring what is new; a jump, and every
 * cut of the link, has the record read instead, so that a message that is lost or late loses nothing.
 */
export class RecordMirrors {
  readonly #parts: MirrorParts;
  /** Users whose record is being read, and whether more of it was heard of meanwhile. */
  readonly #reading: Map<string, { isBehind: boolean; done: Promise<void> }> = new Map();

  /** Users of whom an event has come and nobody was here yet. */
  readonly #unplaced: Set<string> = new Set();

  /** Users whose newest event here may be another one in the store by now, which may have lost what it had acknowledged. */
  readonly #doubted: Set<string> = new Set();

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  /** Messages may have been lost, and what the store had, too: nothing is appended here before the two have been compared. */
  doubtAll(): void {
    const layer = this.#parts.layer();
    layer.cluster.endAbsentMirrors(this.#parts.isAwaited);
    for (const userId of layer.cluster.users()) this.#doubted.add(userId);
  }

  /** An event was appended to a record. */
  appended({ user, atMs, ...next }: Appended): void {
    const reading = this.#reading.get(user);
    if (reading !== undefined) {
      reading.isBehind = true;
      return;
    }
    if (this.#doubted.has(user)) {
      void this.#catchUp(user);
      return;
    }
    switch (this.#parts.layer().cluster.mirror.append(user, next)) {
      case 'appended':
        break;
      case 'known':
        if (this.#isOther(user, next, atMs)) void this.#restart(user, next.epoch);
        break;
      case 'unknown':
        // Somebody may be on the way here who was let in before this was appended.
        if (this.#parts.isAwaited(user)) this.#unplaced.add(user);
        break;
      case 'ahead':
      case 'other-epoch':
        void this.#catchUp(user);
        break;
    }
  }

  /**
   * Whether a place in the record is given a second time, to another event: the store has lost what was there. Where nothing is
   * kept to compare with, whoever is here knows of that place from when they came; what was appended before is only late.
   */
  #isOther(user: string, next: MirrorEntry, atMs: number): boolean {
    const layer = this.#parts.layer();
    const holds = layer.cluster.mirror.holds(user, next);
    if (holds !== null) return !holds;
    const { clock, membership } = this.#parts;
    const agoMs = membership().storeNowMs - atMs;
    const youngest = layer.sessionsOf(user).at(-1)?.openedAtRaw ?? clock.nowMs();
    return clock.nowMs() - agoMs > youngest + clockDoubtMs;
  }

  /** A newcomer has its session: what was appended while it was on its way is read. */
  entered(user: string): void {
    if (this.#unplaced.delete(user)) void this.#catchUp(user);
  }

  /** No newcomer of this user is on its way any more. */
  abandoned(user: string): void {
    this.#unplaced.delete(user);
  }

  /** It is said that a record goes on under another epoch. By now it may be still another one: it is read. */
  heardRestart(user: string, record: RecordHead): void {
    const here = this.#headOf(user);
    if (here === null || here.epoch === record.epoch) return;
    this.#read(user, record.last).catch(() => this.#parts.onDoubt(user));
  }

  /** The record of a user goes on under another epoch, as the store has it now. */
  restarted(user: string, record: RecordHead): void {
    this.#parts.layer().cluster.mirror.restart(user, record);
  }

  /** What is known here of a user's record; to be asked before the store is, for {@link prepare} and {@link compare}. */
  knownOf(user: string): KnownRecord | null {
    const { mirror } = this.#parts.layer().cluster;
    const head = mirror.headOf(user);
    return head === null ? null : { epoch: head.epoch, furthest: mirror.furthestOf(user) };
  }

  /**
   * Sees to it that what a session needs is here that reads on after this offset. Rejects with StoreError where the store
   * cannot be asked.
   *
   * @param known what was here when the store was asked for the record
   */
  async prepare(
    user: string,
    { record, known }: { record: RecordHead; known: KnownRecord | null },
    after: number,
  ): Promise<void> {
    await this.#agree(user, record, known);
    // Whoever is here may be further behind than the newcomer: what is read must leave no hole for them.
    const from = Math.max(Math.min(after, this.#headOf(user)?.last ?? after), record.first - 1);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const here = this.#headOf(user);
      const isCovered = here !== null && here.first <= from + 1 && here.last >= record.last;
      if (isCovered || (here === null && from >= record.last)) return;
      await (this.#reading.get(user)?.done ?? this.#read(user, from));
    }
  }

  /** Compares a user's record with what is here, and mends what differs. @param known as in {@link prepare} */
  async compare(user: string, record: RecordHead, known: KnownRecord | null): Promise<void> {
    await this.#agree(user, record, known);
    const here = this.#headOf(user);
    if (here === null) this.#doubted.delete(user);
    else if (here.epoch === record.epoch && (here.last < record.last || this.#doubted.has(user)))
      await this.#catchUp(user);
  }

  /**
   * Sees to it that what is here is of this record. What has come here since the store was asked is newer than its answer, and
   * says nothing against it.
   */
  async #agree(user: string, record: RecordHead, known: KnownRecord | null): Promise<void> {
    const here = this.#headOf(user);
    if (here === null || known === null) return;
    if (known.epoch === record.epoch && known.furthest > record.last)
      await this.#restart(user, record.epoch);
    else if (here.epoch === record.epoch) return;
    else if (here.epoch === known.epoch) this.restarted(user, record);
    else this.#parts.onDoubt(user);
  }

  /** The store has lost what this node has seen: whoever reads on must be told. */
  async #restart(user: string, lost: string): Promise<boolean> {
    const { guard, membership, terms, onDoubt } = this.#parts;
    const epoch = drawEpoch();
    const { actor } = membership();
    const act = { ...actor, user, lost, epoch, terms };
    // Told to every node by a message, to this one too; what does not come of it now comes with the next assertion.
    return await guard
      .ask((store) => store.restart(act))
      .then(
        (record) => {
          this.restarted(user, record);
          return true;
        },
        () => {
          onDoubt(user);
          return false;
        },
      );
  }

  /** Whether the store has the newest event that is here: another one at its place, or none yet, is what lost ones leave. */
  async #isTrue(user: string): Promise<boolean> {
    const { guard, layer } = this.#parts;
    const here = this.#headOf(user);
    if (here === null || here.first > here.last) return true;
    const { epoch, last: offset } = here;
    const newest = { user, after: offset - 1, most: 1 };
    const { record, entries } = await guard.ask((store) => store.read(newest));
    const [found] = entries;
    if (record?.epoch === epoch && record.last < offset) return false;
    if (record?.epoch !== epoch || found?.offset !== offset) return true;
    return layer().cluster.mirror.holds(user, { epoch, ...found }) !== false;
  }

  /** Reads on from what is here. Never rejects: what could not be read now is in doubt. */
  async #catchUp(user: string): Promise<void> {
    const here = this.#headOf(user);
    if (here === null) return;
    try {
      await this.#read(user, here.last);
    } catch {
      this.#parts.onDoubt(user);
    }
  }

  #headOf(user: string): MirrorHead | null {
    return this.#parts.layer().cluster.mirror.headOf(user);
  }

  #read(user: string, after: number): Promise<void> {
    const underWay = this.#reading.get(user);
    if (underWay !== undefined) return underWay.done;
    const begun = { isBehind: false, done: Promise.resolve() };
    this.#reading.set(user, begun);
    begun.done = this.#readAll(user, after).finally(() => {
      this.#reading.delete(user);
      if (begun.isBehind) void this.#catchUp(user);
    });
    return begun.done;
  }

  /**
   * Before it is read on from what is here, that is compared: acts may reach a store that has lost something while nobody has
   * noticed that no message comes from it any more, and what follows would hide what is missing.
   */
  async #readAll(user: string, after: number): Promise<void> {
    const { guard } = this.#parts;
    const lost = this.#headOf(user)?.epoch ?? '';
    const isOver = !(await this.#isTrue(user));
    if (isOver && !(await this.#restart(user, lost))) return;
    this.#doubted.delete(user);
    if (isOver) return;
    let place = after;
    for (;;) {
      const from = place;
      const answer = await guard.ask((store) => store.read({ user, after: from, most: mostRead }));
      if (answer.record === null) return;
      place = this.#take(user, from, { ...answer, record: answer.record });
      if (answer.entries.length === 0 || place >= answer.record.last) return;
    }
  }

  /** Brings in what was read; the offset up to which it is here. */
  #take(user: string, from: number, { record, entries }: Read): number {
    const { mirror } = this.#parts.layer().cluster;
    const { epoch, delivered } = record;
    const after = (entries[0]?.offset ?? record.last + 1) - 1;
    mirror.begin(user, { epoch, after, delivered, entries: entries.map(({ entry }) => entry) });
    return Math.max(after + entries.length, from);
  }
}

/** The identity of a record that begins: 96 random bits. */
export function drawEpoch(): string {
  return randomBytes(12).toString('base64url');
}

/** How long and how large the records of users are kept. */
export function logTermsOf({ historyEvents, historyBytes, resumeWindowMs }: Settings): LogTerms {
  return { events: historyEvents, bytes: historyBytes, keepMs: resumeWindowMs };
}
