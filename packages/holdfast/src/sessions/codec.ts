import type { EventInput } from '../protocol/event-frame.ts';
import { encodeEventBody, spliceOffset } from '../protocol/event-frame.ts';
import {
  encodeFrame,
  type ParsedFrame,
  parseClientFrame,
  type ServerFrame,
} from '../protocol/frames.ts';

/** How frames look on the wire. The layer decides when and to whom; the codec decides how. */
export interface SessionCodec {
  /** Whether a session begins with `ready`, and with that has a ticket to come back with. */
  readonly greets: boolean;
  /** The part of an event that all users share. Throws UsageError `bad-event` for what cannot be said. */
  encodeBody(input: EventInput, epochMs: number): string;
  /** The event at its place in one user's log: what is this user's own, in ASCII, and then the body as it is. */
  placeEvent(offset: number, body: string): string;
  /** Any other frame; null where this wire has no word for it. */
  encode(frame: ServerFrame): string | null;
  parse(data: string | Uint8Array): ParsedFrame;
}

/** The Holdfast protocol, version 1: JSON text. */
export const holdfastCodec: SessionCodec = {
  greets: true,
  encodeBody: encodeEventBody,
  placeEvent: spliceOffset,
  encode: encodeFrame,
  parse: (data) =>
    typeof data === 'string'
      ? parseClientFrame(data)
      : { ok: false, breach: true, message: 'Expected a text frame, got a binary one.' },
};
