import type { EntryNotes } from './log-notes.ts';
import type { Receipt } from './receipt.ts';

/** An event about to be appended. */
export interface EntryDraft {
  /** The payload of its frame, or the beginning of it where the end is shared; null where the whole frame is. */
  readonly text: string | null;
  /** The whole payload in UTF-8, bytes. */
  readonly payloadBytes: number;
  readonly notes: EntryNotes | null;
}

/** What can be written to a session at once: whole frames, or one of which `rest` is the end. */
export interface Run {
  readonly frames: Uint8Array;
  readonly rest: Uint8Array | null;
  /** Offset of its last frame. */
  readonly last: number;
  /** Where it is one tracked event: these are written one by one. */
  readonly receipt: Receipt | null;
}

/** What a log goes by that begins. */
export interface LogOrigin {
  readonly epoch: string;
  readonly broadcast: number;
}

/** The bounds of one log. */
export interface LogBounds {
  readonly events: number;
  readonly bytes: number;
}
