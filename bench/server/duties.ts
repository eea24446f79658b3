/**
 * Which server stands: `ws` as it is out of the box; `ws` that reads and writes JSON of the same shape;
 * that writes it with as little as can be; `ws` that greets
 * everybody with a frame of the same size; that knows who is there, too;
 * that writes one prepared frame to all; that pings everybody as often as we do;
 * or a session layer over `ws`, answering with events or only accepting.
 */
export type ServerKind =
  | 'raw'
  | 'raw-json'
  | 'raw-corked'
  | 'raw-greeting'
  | 'raw-keeping'
  | 'raw-prepared'
  | 'raw-pinging'
  | 'holdfast'
  | 'holdfast-accepting';

/** What the process has used. */
export interface Usage {
  /** User and system time, microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Typed arrays and buffers outside of the heap. */
  readonly arrayBytes: number;
  readonly connections: number;
}

/** What became of a fan-out on the side of the server. */
interface FanOut {
  /** By {@link machineMs}. */
  readonly startedAtMs: number;
  readonly cpuUs: number;
  /** The longest time for which the event loop did nothing else. */
  readonly longestBlockMs: number;
}

/** Events to publish to users called `prefix0`, `prefix1`, …. */
interface Publishing {
  readonly prefix: string;
  readonly users: number;
  /** To each of them. */
  readonly events: number;
  readonly data: string;
}

/** What a server process can be asked. */
export type ServerDuties = {
  /** Listens on a free port of the loopback and returns it. */
  listen: () => Promise<number>;
  usage: () => Usage;
  /** The same after collecting garbage until nothing more goes. */
  settledUsage: () => Promise<Usage>;
  /** Writes 256 bytes to every connection. */
  fanOut: () => Promise<FanOut>;
  publish: (plan: Publishing) => void;
};

/** What one kind of server does. */
export interface Engine {
  readonly connections: number;
  /** To every connection; resolves when the last write was handed to the engine. */
  fanOut(payload: string): Promise<void> | void;
  /** Absent where there are no logs. */
  publish?(plan: Publishing): void;
}

/** Milliseconds by the monotonic clock that all processes of a machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
