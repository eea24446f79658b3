import type {
  Actor,
  AppendAct,
  LogEntry,
  RecordHead,
  Row,
} from '../../../src/sessions/store/acts.ts';
import type {
  NodeCard,
  RevocationOrder,
  Roster,
  StoreListener,
  StoreMessage,
} from '../../../src/sessions/store/cluster-store.ts';

/** A slot. */
export interface ModelRow {
  user: string;
  session: number;
  lineage: number;
  predecessor: number;
  node: number;
  device: string | null;
  openedAtMs: number;
  until: number;
}

/** What is known of a user beside its slots. */
export interface ModelRecord {
  user: string;
  epoch: string;
  last: number;
  delivered: number;
  /** Offset of the last event that came while nobody was there. */
  queuedTo: number;
  keepMs: number;
  diesAt: number;
  lastEviction: number;
  log: { offset: number; entry: LogEntry }[];
  /** Every broadcast number that is over for this user. */
  over: Set<number>;
  revoked: Set<number>;
}

/** The whole of the model: lists, searched from end to end. */
export class Model {
  now = 1_800_000_000_000;
  rows: ModelRow[] = [];
  records: ModelRecord[] = [];
  waiting: { user: string; node: number; at: number }[] = [];
  limits: { user: string; limit: number }[] = [];
  claims: { readonly user: string; readonly id: string; readonly node: number }[] = [];
  orders: RevocationOrder[] = [];
  leases: { node: number; card: NodeCard; isOver: boolean }[] = [];
  listeners: { node: number; listener: StoreListener }[] = [];
  generation = 0;
  broadcasts = 0;

  tell(node: number, message: StoreMessage): boolean {
    const found = this.listeners.find((one) => one.node === node);
    found?.listener.heard(message);
    return found !== undefined;
  }

  rowsOf(user: string): ModelRow[] {
    return this.rows
      .filter((row) => row.user === user)
      .toSorted((a, b) => a.openedAtMs - b.openedAtMs || a.session - b.session);
  }

  lives(row: ModelRow, { live }: Actor): boolean {
    if (row.node === 0) return row.until > this.now;
    return row.node > live.upTo || live.generations.includes(row.node);
  }

  bury(user: string, actor: Actor): number {
    const before = this.rows.length;
    this.rows = this.rows.filter((row) => row.user !== user || this.lives(row, actor));
    return before - this.rows.length;
  }

  record(user: string): ModelRecord | undefined {
    this.records = this.records.filter(({ diesAt }) => diesAt > this.now);
    const isKnown = this.records.some((one) => one.user === user);
    if (!isKnown) {
      this.rows = this.rows.filter((row) => row.user !== user);
      this.waiting = this.waiting.filter((one) => one.user !== user);
    }
    return this.records.find((one) => one.user === user);
  }

  begin(act: Pick<AppendAct, 'user' | 'epoch' | 'terms' | 'broadcasts'>): ModelRecord {
    const { user, epoch, terms, broadcasts } = act;
    const found = this.record(user);
    if (found !== undefined) {
      found.keepMs = terms.keepMs;
      return found;
    }
    const record: ModelRecord = {
      user,
      epoch,
      last: 0,
      delivered: 0,
      queuedTo: 0,
      keepMs: terms.keepMs,
      diesAt: Infinity,
      lastEviction: -Infinity,
      log: [],
      over: new Set(Array.from({ length: broadcasts }, (_, place) => place + 1)),
      revoked: new Set(),
    };
    this.records.push(record);
    return record;
  }

  touch(record: ModelRecord): void {
    const rows = this.rowsOf(record.user);
    if (rows.some(({ node }) => node !== 0)) record.diesAt = Infinity;
    else record.diesAt = Math.max(this.now, ...rows.map(({ until }) => until)) + record.keepMs;
  }

  say({ user: _user, until, ...row }: ModelRow): Row {
    return row.node === 0 ? { ...row, reservedMs: until - this.now } : row;
  }

  limitOf(user: string, other: number): number {
    return this.limits.find((one) => one.user === user)?.limit ?? other;
  }

  remove(row: ModelRow | undefined): void {
    this.rows = this.rows.filter((one) => one !== row);
  }

  wait(user: string, node: number): void {
    this.waiting = this.waiting.filter((one) => one.user !== user || one.node !== node);
    this.waiting.push({ user, node, at: this.now });
  }

  free(user: string): void {
    const nodes = this.waiting.filter((one) => one.user === user && this.now - one.at < 60_000);
    this.waiting = this.waiting.filter((one) => one.user !== user);
    for (const { node } of nodes) this.tell(node, { type: 'freed', user });
  }

  roster(): Roster {
    const running = this.leases.filter(({ isOver }) => !isOver);
    return {
      live: { upTo: this.generation, generations: running.map(({ node }) => node) },
      nodes: running.map(({ node, card }) => ({ generation: node, ...card, leaseLeftMs: 1 })),
      lapsed: this.leases.filter(({ isOver }) => isOver).map(({ node }) => node),
      ticketKey: 'key',
      broadcasts: this.broadcasts,
      nowMs: this.now,
    };
  }
}

/** Where a record stands. */
export function headOf({ epoch, last, delivered, log }: ModelRecord): RecordHead {
  return { epoch, last, first: log[0]?.offset ?? last + 1, delivered };
}
