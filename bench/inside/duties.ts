/** Open latencies over a number of live sessions, microseconds. */
export interface OpenLatency {
  readonly withRoomP50: number;
  readonly withRoomP99: number;
  readonly reapingP50: number;
  readonly reapingP99: number;
}

/** What ending sessions whose deadline has passed costs. */
export interface ExpiryCost {
  /** Per expiry, microseconds; everything that was done in the ticks in which sessions expired. */
  readonly costUs: number;
  /** The longest tick while they expired, and while they were pinged; without the pauses of the garbage collector. */
  readonly longestTickMs: number;
  readonly longestPingTickMs: number;
  /** The longest tick while they expired, with them. */
  readonly longestPauseMs: number;
}

/** What the logs of users take, bytes for each. */
export interface LogMemory {
  /** Of sessions that are there and were never sent an event: as the layer weighs it. */
  readonly beforeFirst: number;
  /** Heap and typed arrays with the log, less those without. */
  readonly perLog: number;
  /** The bytes of the frames in it. */
  readonly payload: number;
}

/** What publishing to users with a session costs, microseconds for each event. */
export interface PublishCost {
  readonly toOneUs: number;
  readonly toManyUs: number;
}

/** What the process for measurements without sockets can be asked. */
export type InsideDuties = {
  openLatency: (sessions: number) => OpenLatency;
  expiry: (sessions: number) => Promise<ExpiryCost>;
  logMemory: (users: number) => LogMemory;
  publishing: (users: number) => PublishCost;
};
