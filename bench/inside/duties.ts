/** Open latencies over a number of live sessions, microseconds. */
export interface OpenLatency {
  readonly withRoomP50: number;
  readonly withRoomP99: number;
  readonly reapingP50: number;
  readonly reapingP99: number;
}

/** What ending sessions whose deadline has passed costs. */
export interface ExpiryCost {
  readonly expired: number;
  /** Per expiry, microseconds. */
  readonly costUs: number;
  readonly longestTickMs: number;
  /** The longest tick in which all sessions were pinged. */
  readonly longestPingTickMs: number;
}

/** What the process for measurements without sockets can be asked. */
export type InsideDuties = {
  openLatency: (sessions: number) => OpenLatency;
  expiry: (sessions: number) => ExpiryCost;
};
