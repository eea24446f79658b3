import type { ClusterProcess } from './cluster-process.ts';
import type { Dial, Wire } from './wire.ts';

/** A place in a record, as a client remembers it. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/** How a client is. */
export type GuestState = 'away' | 'dialling' | 'on' | 'over';

/** What a client of a user knows, and what is known of it. */
export class GuestRecord {
  readonly user: string;
  readonly name: string;
  /** Ends its connections with a close frame. */
  readonly isTidy: boolean;
  state: GuestState = 'away';
  wire: Wire | null = null;
  ticket: string | null = null;
  place: Place | null = null;
  /** Where it began to read the record it is in; what stands after that it has read, or was told to be gone. */
  since: Place | null = null;
  /** How often the store had lost something when it last read a frame. */
  losses = 0;
  /** When it was last told `ready`. */
  readyAt: number = -Infinity;
  /** Numbers of the events it has read in this epoch, and in all of them. */
  readonly readHere: Set<number> = new Set();
  readonly readEver: Set<number> = new Set();
  goneHere: [from: number, to: number][] = [];
  readonly dials: Dial[] = [];
  /** Of its session; null before the first. */
  lineage: number | null = null;
  generation: number | null = null;
  session: string | null = null;
  /** What it heard last of how it was turned away. */
  refused: { readonly code: number; readonly retryMs: number | null; readonly at: number } | null =
    null;

  constructor(user: string, name: string, isTidy: boolean) {
    this.user = user;
    this.name = name;
    this.isTidy = isTidy;
  }

  /** Goes on from here, and was told that what lies before is gone. */
  begin(here: Place): void {
    this.place = here;
    this.since = here;
    this.readHere.clear();
    this.goneHere = [];
  }
}

/** A client that does something by itself. */
export interface Guest extends GuestRecord {
  /** Dials a node, with what it remembers. */
  dial(host: ClusterProcess): void;
  /** Forgets its connection, which nobody is told, and comes back elsewhere. */
  moveOn(): void;
  /** Closes its connection; it comes back, or not. */
  leave(isOrderly: boolean, comesBack: boolean): void;
  /** Somebody else dials with its ticket: a copy of it, or a thief. */
  dialCopy(host: ClusterProcess): void;
}

/** A frame as a client reads it. */
export interface ReadFrame {
  readonly type: string;
  readonly session?: string;
  readonly ticket?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly resume?: {
    readonly outcome: string;
    readonly reason?: string;
    readonly from?: number;
    readonly to?: number;
  };
  readonly reason?: string;
  readonly from?: number;
  readonly to?: number;
  readonly data?: { readonly n: number; readonly u: string | null };
}
