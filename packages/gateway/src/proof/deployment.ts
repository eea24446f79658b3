import type { Dialer, DialerSource } from './dialer.ts';
import type { HostProcess } from './host-process.ts';

/** A session as the target lists it. */
interface ListedSession {
  readonly id: string;
}

/** What the target counts for one user. */
export interface UserCount {
  readonly count: number;
  readonly limit: number;
  readonly sessions: readonly ListedSession[];
}

/** What a publish was answered with. */
export interface PublishAnswer {
  readonly offset: number;
  readonly outcome: string;
}

/** An event to publish. */
export interface OutgoingEvent {
  readonly event: string;
  readonly data: unknown;
  readonly critical?: boolean;
  readonly id?: string;
}

/** How the target says it is. */
export interface Health {
  readonly status: string;
  readonly cleanupRunning: boolean;
  readonly cleanupIntervalMs: number;
  readonly cleanupFailures: number;
  readonly faults: readonly string[];
}

/**
 * The calls by which a target is looked at and operated. A target need not have them all: one it lacks throws
 * {@link CallMissing}, and a scenario that needs it is told as not applicable, never as passed.
 */
export interface Desk {
  countOf(user: string): Promise<UserCount>;
  publish(user: string, event: OutgoingEvent): Promise<PublishAnswer>;
  /** Numbers by their names in the seed document. */
  stats(): Promise<Readonly<Record<string, unknown>>>;
  health(): Promise<Health>;
  /** Ids of the sessions that were dead and are removed. */
  reap(user: string): Promise<readonly string[]>;
  /** Ids of the sessions closed by order. */
  close(user: string): Promise<readonly string[]>;
  revoke(user: string): Promise<readonly string[]>;
  setLimit(user: string, limit: number | null): Promise<void>;
  /** Text in the format of Prometheus. */
  metrics(): Promise<string>;
}

/** A system under proof. */
export interface Deployment {
  /** How a report calls it. */
  readonly name: string;
  readonly dialer: Dialer;
  /** For clients in processes of their own. */
  readonly dialerSource: DialerSource;
  readonly desk: Desk;
  /** Where a fault proxy connects to. */
  readonly address: { readonly host: string; readonly port: number };
  /** Its process, where it runs on this machine and was started for the proof. */
  readonly host: HostProcess | null;
}

/** The target does not have a call that was asked of it. */
export class CallMissing extends Error {
  override readonly name = 'CallMissing';

  /** @param call what it is called in a report, such as `stats` */
  constructor(call: string) {
    super(`The target has no ${call}.`);
  }
}
