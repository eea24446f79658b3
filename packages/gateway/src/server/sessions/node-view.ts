/** Whether newcomers are let in. */
export type Readiness = 'ready' | 'starting' | 'draining';

/** A node as the API shows it. */
export interface NodeView {
  readonly name: string;
  /** Where operators reach it. */
  readonly url: string;
  /** `silent`: it has not answered; it is gone when its lease is over, or says so again. */
  readonly state: Readiness | 'silent';
  /** Null where it has not answered. */
  readonly sessions: number | null;
  /** Ms since 1970; null where it has not answered. */
  readonly startedAt: number | null;
  /** Whether it is the node that answers. */
  readonly here: boolean;
  /** How long the others still believe it alive without a word of it, ms; null where nodes share no store. */
  readonly leaseMs: number | null;
}
