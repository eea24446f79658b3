/** How many users there are, what they do, and what they are served by. Rates are per second, times in seconds. */
export interface Workload {
  readonly users: number;
  readonly nodes: number;
  /** How often one user opens something new: a page, a device. */
  readonly visitRate: number;
  /** How long a visit is connected, all its connections together; exponential. */
  readonly visitSeconds: number;
  /** How often a connection breaks and its client comes back with its ticket and its position. */
  readonly breakRate: number;
  /** Of these, those whose node notices nothing before the client is back: 0 to 1. */
  readonly halfOpenShare: number;
  /** Until the client is back; exponential. */
  readonly breakSeconds: number;
  /** Events published to one user, whether anybody is connected or not. */
  readonly eventRate: number;
  /** Encoded body of one. */
  readonly eventBytes: number;
  /** Connects that go to a node where the user is already, beyond chance: 0 without sticky sessions. */
  readonly together: number;
  readonly limit: number;
  /** How long a log is kept for a user who is away. */
  readonly keepSeconds: number;
}

/** Between two heartbeats of a node. */
export const heartbeatSeconds = 1;
export const leaseSeconds = 5;
/** The audit of a node has been with each of its users within so many heartbeats, and looks at so many with each at least. */
export const auditTurns = 60;
export const leastAudited = 64;
/** Within so many heartbeats a node has gone through the rows that the store has of it, too. */
export const sweepTurns = 128;
/** Clients come back after a uniform draw from nothing up to this, the first time. */
export const firstBackoffSeconds = 0.5;
/** A million users on a hundred nodes: a chat that most keep open, with agents that write to some of them. */
export const chat: Workload = {
  users: 1_000_000,
  nodes: 100,
  visitRate: 1 / 1_200,
  visitSeconds: 1_800,
  breakRate: 1 / 900,
  halfOpenShare: 0.3,
  breakSeconds: 5,
  eventRate: 0.05,
  eventBytes: 256,
  together: 0,
  limit: 5,
  keepSeconds: 120,
};

/** One that fits into a test. */
export const village: Workload = { ...chat, users: 12_000, nodes: 10 };
