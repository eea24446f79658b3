import { randomBytes } from 'node:crypto';
import type { Settings } from '../core/options.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { LogTerms, ReadAnswer, RecordHead } from '../sessions/store/acts.ts';
import type { StoreMessage } from '../sessions/store/cluster-store.ts';
import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What mirrors are kept with. */
export interface MirrorParts {
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly terms: LogTerms;
  /** What is here of this user's record may not be what the store has. */
  readonly onDoubt: (userId: string) => void;
}

type Appended = Extract<StoreMessage, { readonly type: 'appended' }>;

/** Entries read at once. */
const mostRead = 1_024;

/**
 * Keeps the logs of users who are here in step with their records in the store. Messages bring what is new; a jump, and every
 * cut of the link, has the record read instead, so that a message that is lost or late loses nothing.
 */
export class RecordMirrors {
  readonly #parts: MirrorParts;
  /** Users whose record is being read, and the offset that has been heard of meanwhile. */
  readonly #reading: Map<string, { upTo: number; done: Promise<void> }> = new Map();

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  /** An event was appended to a record. */
  appended({ user, epoch, offset, entry }: Appended): void {
    const reading = this.#reading.get(user);
    if (reading !== undefined) {
      reading.upTo = Math.max(reading.upTo, offset);
      return;
    }
    const layer = this.#parts.layer();
    const verdict = layer.mirror.append(user, epoch, offset, entry);
    if (verdict === 'appended') return;
    if (verdict === 'known') {
      // The store gives places a second time: it has lost what was there.
      this.#parts.onDoubt(user);
      return;
    }
    if (verdict === 'unknown' && layer.count(user) === 0) return;
    void this.#catchUp(user, offset);
  }

  /** The record of a user goes on under another epoch. */
  restarted(user: string, record: RecordHead): void {
    this.#parts.layer().mirror.restart(user, record);
  }

  /**
   * Sees to it that what a session needs is here that reads on after this offset. Rejects with StoreError where the store
   * cannot be asked.
   */
  async prepare(user: string, record: RecordHead, after: number): Promise<void> {
    const { mirror } = this.#parts.layer();
    await this.#reading.get(user)?.done;
    const here = mirror.headOf(user);
    if (here !== null && here.epoch !== record.epoch) mirror.restart(user, record);
    if (here !== null && here.epoch === record.epoch && here.last > record.last)
      await this.#restart(user, record);
    const from = Math.max(after, record.first - 1);
    const reached = mirror.headOf(user);
    const isCovered = reached !== null && reached.first <= from + 1 && reached.last >= record.last;
    if (isCovered || (reached === null && from >= record.last)) return;
    await this.#read(user, from, record.last);
  }

  /** Compares a user's record with what is here, and mends what differs. */
  async compare(user: string, record: RecordHead): Promise<void> {
    const layer = this.#parts.layer();
    const here = layer.mirror.headOf(user);
    if (layer.count(user) === 0) return;
    if (here === null) {
      if (this.#placeOf(user) < record.last) await this.#catchUp(user, record.last);
      return;
    }
    if (here.epoch !== record.epoch) layer.mirror.restart(user, record);
    else if (here.last > record.last) await this.#restart(user, record);
    else if (here.last < record.last) await this.#catchUp(user, record.last);
  }

  /** The store has lost what this node has seen: whoever reads on must be told. */
  async #restart(user: string, { epoch: lost }: RecordHead): Promise<void> {
    const { guard, membership, terms } = this.#parts;
    const epoch = drawEpoch();
    const { actor } = membership();
    const record = await guard.ask((store) => store.restart({ ...actor, user, lost, epoch, terms }));
    this.#parts.layer().mirror.restart(user, record);
  }

  /** Where the sessions of a user without a log stand. */
  #placeOf(user: string): number {
    const cursors = this.#parts.layer().sessionsOf(user).map(({ cursor }) => cursor);
    return Math.min(...cursors);
  }

  /** Reads on from what is here. Never rejects: what could not be read now is in doubt. */
  async #catchUp(user: string, upTo: number): Promise<void> {
    const after = this.#parts.layer().mirror.headOf(user)?.last ?? this.#placeOf(user);
    try {
      await this.#read(user, after, upTo);
    } catch {
      this.#parts.onDoubt(user);
    }
  }

  #read(user: string, after: number, upTo: number): Promise<void> {
    const reading = this.#reading.get(user);
    if (reading !== undefined) {
      reading.upTo = Math.max(reading.upTo, upTo);
      return reading.done;
    }
    const begun = { upTo, done: Promise.resolve() };
    this.#reading.set(user, begun);
    begun.done = this.#readAll(user, after, begun).finally(() => this.#reading.delete(user));
    return begun.done;
  }

  async #readAll(user: string, after: number, reading: { readonly upTo: number }): Promise<void> {
    const { guard, layer } = this.#parts;
    let place = after;
    for (;;) {
      const from = place;
      const answer = await guard.ask((store) => store.read({ user, after: from, most: mostRead }));
      if (answer.record === null) return;
      place = this.#take(user, from, answer, answer.record);
      const isThere = place >= Math.min(reading.upTo, answer.record.last);
      if (isThere || layer().mirror.headOf(user)?.epoch !== answer.record.epoch) return;
    }
  }

  /** Puts what was read behind what is here, or in its place where that does not reach as far back. */
  #take(user: string, after: number, { entries }: ReadAnswer, record: RecordHead): number {
    const { mirror } = this.#parts.layer();
    const here = mirror.headOf(user);
    const [oldest] = entries;
    const isNext = here !== null && here.epoch === record.epoch && here.last >= after && here.first <= after + 1;
    if (isNext) {
      for (const { offset, entry } of entries) mirror.append(user, record.epoch, offset, entry);
      return mirror.headOf(user)?.last ?? record.last;
    }
    const begin = oldest === undefined ? record.last : oldest.offset - 1;
    mirror.begin(user, { epoch: record.epoch, after: begin, delivered: record.delivered }, entries.map(({ entry }) => entry));
    return mirror.headOf(user)?.last ?? record.last;
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
