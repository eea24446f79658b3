import type { SessionOptions } from '../../src/core/options.ts';
import type { SessionLayerParts } from '../../src/sessions/session-layer.ts';
import type { AskingEnd } from '../../src/sessions/session-event.ts';
import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { type Approach, type Connection, framesOn, House, type Knock } from '../sessions/house.ts';

/** What a newcomer was asked last. */
export interface Asked {
  readonly limit: number;
  readonly sessions: readonly {
    readonly session: string;
    readonly device: string | null;
    readonly openedAt: number;
    readonly lastSeenMs: number;
  }[];
  readonly expiresIn: number;
}

/** A house that asks, with all slots of `u` held by clients that answer. */
export class AskedHouse extends House {
  readonly living: readonly Connection[];

  constructor(
    options: SessionOptions = {},
    parts: Omit<SessionLayerParts, 'clock'> = {},
    clock: ManualClock = new ManualClock(),
  ) {
    super({ onLimit: 'ask', maxSessionsPerUser: 2, ...options }, parts, clock);
    this.living = this.fill('u', this.layer.settings.maxSessionsPerUser);
    this.clock.advance(2_000);
  }

  /** The id of the session that came at this place. */
  idOf(place: number): string {
    return this.living[place]?.session.id ?? 'none';
  }

  /** Comes to the door; all have proven to be alive by the time this returns. */
  come(approach: Approach = {}): Knock {
    const knock = this.knock('u', approach);
    this.clock.advance(10);
    return knock;
  }

  /** How all askings so far have ended, in order. */
  get ends(): readonly AskingEnd[] {
    return this.told('askingEnded').map(({ how }) => how);
  }
}

/** The last question on a socket. */
export function askedOn(socket: FakeSocket): Asked {
  const asked = framesOn(socket, 'limit').at(-1);
  if (asked === undefined) throw new Error('Expected a newcomer that was asked.');
  return asked as unknown as Asked;
}

/** The types of all frames on a socket, in order; of errors their codes. */
export function wordsOn(socket: FakeSocket): readonly unknown[] {
  return socket.frames.map(({ type, code }) => code ?? type);
}

/** Answers the question. */
export function takeOver(socket: FakeSocket, session: string): void {
  socket.say({ type: 'takeover', session });
}
