/** A number of connections to make. */
export interface Connecting {
  readonly port: number;
  readonly count: number;
  /** Handshakes under way at once, each followed by the next; or null, and they begin at a rate, whatever became of others. */
  readonly concurrency: number | null;
  readonly perSecond?: number;
  /** Users are called `prefix0`, `prefix1`, …. */
  readonly prefix: string;
  /** The number of the first user; 0 if absent. */
  readonly first?: number;
  readonly perUser: number;
  /** Open as soon as the upgrade is answered, or only with the first frame, or when so many have come. */
  readonly until: 'upgraded' | 'first-frame' | number;
  /** They come back with the tickets and positions of the connections that were cut last; users are theirs. */
  readonly isResuming?: boolean;
  /** As if their process were stopped: once open, they read nothing, answer no ping and do not mind being closed. */
  readonly isMute?: boolean;
}

/** How the connections came about. */
export interface Connected {
  readonly ms: number;
  readonly opened: number;
  /** Closed by the server before or instead of the first frame. */
  readonly refused: number;
  /** From the start of the TCP connection to the answered upgrade, each. */
  readonly upgradeMs: readonly number[];
  /** To the first frame, whatever it was. */
  readonly firstFrameMs: readonly number[];
}

/** What the peers have received. */
interface Received {
  /** Text and binary frames, greetings included. */
  readonly messages: number;
  readonly pings: number;
  readonly open: number;
}

/** What the process that makes the load can be asked. */
export type LoadDuties = {
  connect: (plan: Connecting) => Promise<Connected>;
  /** Every peer sends `burst` of these texts and does so again when as many have come back, until {@link stop}. */
  echo: (text: string, burst: number) => void;
  stop: () => void;
  received: () => Received;
  /** Resolves when this many messages in all have come; with the instant of the last, by the clock of the machine. */
  awaitMessages: (count: number) => Promise<number>;
  /** The first `count` peers send this text at this interval; returns, once told to stop, the pings they got. */
  talk: (plan: { readonly count: number; readonly text: string; readonly everyMs: number }) => void;
  pingsOfTalkers: () => number;
  /** Cuts all connections. */
  drop: () => Promise<void>;
};
