import type {
  Actor,
  AdmitAct,
  AdmitAnswer,
  AppendAct,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  ConfirmAct,
  DeliveredAct,
  LiveSet,
  LogEntry,
  ReadAct,
  ReadAnswer,
  RecordHead,
  ReleaseAct,
  ReserveAct,
  RestartAct,
  UserState,
} from './acts.ts';
import type { ClaimAct, ClaimAnswer, SettleAct } from './message-acts.ts';

/**
 * Generations rise by one with each that is taken, and never fall behind the clock of the store, which adds one in so many
 * seconds: a store that has forgotten how far it was, wiped or rolled back, does not give one twice, unless more were taken
 * lately than the clock adds. Below 2^33 until 2094.
 */
export const generationSeconds = 0.25;
/** Where the clock of generations begins: 2026-01-01T00:00:00Z, epoch seconds. */
export const generationsBeganAt = 1_767_225_600;

/** A process that holds a lease. */
export interface LiveNode {
  readonly generation: number;
  readonly name: string;
  /** Where operators reach it; empty where it has not said. */
  readonly url: string;
  readonly isDraining: boolean;
  /** How long its lease still runs, milliseconds by the clock of the store. */
  readonly leaseLeftMs: number;
}

/** What a process says of itself when it joins, and with each renewal. */
export interface NodeCard {
  readonly name: string;
  readonly url: string;
  readonly isDraining: boolean;
}

export interface Roster {
  readonly live: LiveSet;
  readonly nodes: readonly LiveNode[];
  /** Generations whose lease has lapsed or was given up, and whose rows may still be there: until they are forgotten. */
  readonly lapsed: readonly number[];
  /** Signs tickets on every node: the same for as long as the store keeps it. */
  readonly ticketKey: string;
  /** Number of the last broadcast. */
  readonly broadcasts: number;
  /** The clock of the store, epoch milliseconds. */
  readonly nowMs: number;
}

/** `lost`: the lease was over, or is not known; this generation never returns. */
export type RenewAnswer = ({ readonly outcome: 'renewed' } & Roster) | { readonly outcome: 'lost' };

/** What a node hears from the store, in the order in which it happened to a user. */
export type StoreMessage =
  | {
      readonly type: 'appended';
      readonly user: string;
      readonly epoch: string;
      readonly offset: number;
      readonly entry: LogEntry;
      /** When it was appended, epoch milliseconds by the clock of the store. */
      readonly atMs: number;
    }
  /** A row of this node was given to somebody else: its client has come back, or its user has chosen that. */
  | {
      readonly type: 'replaced';
      readonly user: string;
      readonly session: number;
      readonly cause: 'superseded' | 'taken-over' | 'evicted';
    }
  /** The record of a user of whom this node has sessions goes on under another epoch; what was before is gone. */
  | { readonly type: 'restarted'; readonly user: string; readonly record: RecordHead }
  /** A slot of a user for whom somebody waits here may be free. */
  | { readonly type: 'freed'; readonly user: string }
  /** Words of another node. */
  | { readonly type: 'posted'; readonly from: number; readonly text: string };

/** Hears a store. Nothing it does may throw. */
export interface StoreListener {
  heard(message: StoreMessage): void;
  /** From now on every message arrives; whatever was sent before may be lost, so what matters is to be read again. */
  connected(): void;
  /** Messages may be lost from now on. */
  disconnected(error: Error): void;
}

/**
 * Where the sessions of many processes are counted and their events ordered. Every act about a user is atomic, takes one
 * round trip, and is decided by the clock of the store. Rejects when the store cannot be asked or does not answer in time:
 * whether the act was done is unknown then, and {@link ClusterStore.assertRows} finds out.
 *
 * The contract suite in `holdfast/testing` holds for every implementation.
 */
export interface ClusterStore {
  /** Takes a new generation and its lease. */
  join(card: NodeCard): Promise<Roster & { readonly generation: number }>;
  /** A generation without a lease: a number that nobody else has had or will have. */
  takeGeneration(): Promise<number>;
  /** Extends a lease, and changes its card. It is `lost` for a process of another name than that which has it. */
  renew(node: number, card: NodeCard): Promise<RenewAnswer>;
  /** Gives a lease up: it has lapsed. Its rows are gone, but for those reserved. */
  leave(node: number): Promise<void>;

  admit(act: AdmitAct): Promise<AdmitAnswer>;
  /** Whether there was such a row. */
  release(act: ReleaseAct): Promise<boolean>;
  reserve(act: ReserveAct): Promise<boolean>;
  confirm(act: ConfirmAct): Promise<void>;
  assertRows(act: AssertAct): Promise<AssertAnswer>;

  append(act: AppendAct): Promise<AppendAnswer>;
  delivered(act: DeliveredAct): Promise<void>;
  read(act: ReadAct): Promise<ReadAnswer>;
  restart(act: RestartAct): Promise<RecordHead>;

  stateOf(user: string, actor: Actor): Promise<UserState>;
  /** Sets or, with null, lifts a user's own limit; whoever waits is told. */
  setLimit(user: string, limit: number | null): Promise<void>;
  claimMessage(act: ClaimAct): Promise<ClaimAnswer>;
  settleMessage(act: SettleAct): Promise<void>;
  /** The number of the next broadcast. */
  nextBroadcast(): Promise<number>;
  /**
   * No token of this user that was issued up to then is good any more; with `jti`, only that one. Of two orders for the same
   * user and `jti`, there is one in the end with the later of each instant.
   */
  revoke(order: RevocationOrder): Promise<void>;
  /** All revocations that are not over. */
  revocations(): Promise<readonly RevocationOrder[]>;

  /**
   * Goes through the users of whom one generation holds rows, a slice at a time, which may be empty: begins with cursor `''`,
   * is over when the next is null. Each who stays is named at least once. Where that generation is not alive to the actor, its
   * rows are removed on the way, but for those reserved.
   */
  sweep(node: number, actor: Actor, cursor: string): Promise<SweepSlice>;
  /** Nothing of a lapsed generation is left: it is not named any more. One that holds its lease keeps it. */
  forget(node: number): Promise<void>;

  /** Hands words to another node; false when it is known that nobody hears them. */
  post(to: number, from: number, text: string): Promise<boolean>;
  /**
   * What is sent to this generation goes to this listener from now on; another generation takes the place of the former. When
   * it resolves, the listener is `connected`, and what is sent from now on arrives.
   */
  listen(node: number, listener: StoreListener): Promise<void>;
  /** Ends the connection, not the lease. Nothing is heard any more, and acts reject. */
  close(): Promise<void>;
}

export interface RevocationOrder {
  readonly user: string;
  readonly jti: string | null;
  /** Tokens issued up to this second, epoch; ignored with `jti`. */
  readonly issuedUpTo: number;
  /** When nothing needs to remember it any more, epoch milliseconds. */
  readonly endsAtMs: number;
}

export interface SweepSlice {
  readonly users: readonly string[];
  /** Rows that were removed. */
  readonly removed: number;
  readonly next: string | null;
}
