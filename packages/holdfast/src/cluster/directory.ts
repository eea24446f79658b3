import type { CloseOrder, CloseUserOptions } from '../sessions/close-order.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { SessionView } from '../sessions/session-view.ts';
import type { ReapReport } from '../sessions/sweep-run.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';
import { type Answers, askOthers, patienceMs } from './questions.ts';

/** What is told about a session, and where it is. */
export interface PlacedView extends SessionView {
  /** Name of the node that holds its socket. */
  readonly node: string;
}

/** Sessions of all nodes that have answered. */
export interface Listing {
  readonly count: number;
  readonly sessions: readonly PlacedView[];
  /** Names of nodes that have not answered in time: theirs are not among them. */
  readonly silent: readonly string[];
}

/** How a list is cut. */
export interface ListingOrder {
  readonly user?: string;
  readonly limit: number;
}

/** What the directory works with. */
export interface DirectoryParts {
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly post: Post;
  readonly drain: () => void;
}

interface CloseAsked {
  readonly user: string;
  readonly cause: CloseOrder;
  readonly exclude: readonly string[];
  readonly note?: string;
}

/** Looks and orders that reach the sessions of every node: each node is asked, and does its own. */
export class Directory {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    const { post } = parts;
    post.on('list', (data) => this.#listHere(data as ListingOrder));
    post.on('close-user', (data) => this.#closeUserHere(data as CloseAsked));
    post.on('close', (data) =>
      this.#closeHere(data as { id: string; cause: CloseOrder; note?: string }),
    );
    post.on('reap', (data) => this.#reapHere(data as { user: string | null }));
    post.on('drain', () => parts.drain());
  }

  async list(order: ListingOrder): Promise<Listing> {
    const { answers, silent } = await this.#askAll('list', order, () => this.#listHere(order));
    const parts = answers as { count: number; sessions: PlacedView[] }[];
    return {
      count: parts.reduce((sum, { count }) => sum + count, 0),
      sessions: parts
        .flatMap(({ sessions }) => sessions)
        .toSorted((one, other) => one.openedAt - other.openedAt)
        .slice(0, order.limit),
      silent,
    };
  }

  /** Ends the user's sessions everywhere; the ids of those that were ended. */
  async closeUser(user: string, options: CloseUserOptions): Promise<readonly string[]> {
    const { cause = 'admin', exclude = [], note } = options;
    const order = { user, cause, exclude, ...(note === undefined ? {} : { note }) };
    const { answers } = await this.#askAll('close-user', order, () => this.#closeUserHere(order));
    return (answers as string[][]).flat();
  }

  /** Ends one session, wherever it is; false when no node has it. */
  async close(id: string, cause: CloseOrder, note?: string): Promise<boolean> {
    const order = { id, cause, ...(note === undefined ? {} : { note }) };
    if (this.#parts.layer().find(id) !== null) return this.#closeHere(order);
    const { answers } = await this.#askAll('close', order, () => false);
    return answers.includes(true);
  }

  /** Ends the dead of a user, or of everybody, on every node. */
  async reap(user: string | null): Promise<ReapReport> {
    const { answers } = await this.#askAll('reap', { user }, () => this.#reapHere({ user }));
    const reports = answers as ReapReport[];
    return {
      reaped: reports.flatMap(({ reaped }) => reaped),
      failed: reports.flatMap(({ failed }) => failed),
      kept: reports.reduce((sum, { kept }) => sum + kept, 0),
    };
  }

  /** Has a node drain. Rejects with StoreError when it does not answer. */
  async drain(generation: number): Promise<void> {
    const { post, membership, drain } = this.#parts;
    if (generation === membership().generation) drain();
    else await post.ask(generation, 'drain', { data: null, withinMs: patienceMs });
  }

  /** Every node's answer; those that do not answer in time are named. */
  async #askAll(kind: string, data: unknown, here: () => unknown): Promise<Answers> {
    const own = here();
    const [answer, { answers, silent }] = await Promise.all([
      own,
      askOthers(this.#parts, kind, data),
    ]);
    return { answers: [answer, ...answers], silent };
  }

  #listHere({ user, limit }: ListingOrder): { count: number; sessions: PlacedView[] } {
    const layer = this.#parts.layer();
    const sessions: PlacedView[] = [];
    let count = 0;
    for (const session of user === undefined ? layer.sessions() : layer.sessionsOf(user)) {
      count += 1;
      if (sessions.length < limit) sessions.push({ ...layer.view(session), node: layer.node });
    }
    return { count, sessions };
  }

  #closeUserHere({ user, ...options }: CloseAsked): string[] {
    return this.#parts.layer().closeUser(user, options);
  }

  #closeHere({ id, cause, note }: { id: string; cause: CloseOrder; note?: string }): boolean {
    const layer = this.#parts.layer();
    return layer.find(id) !== null && layer.close(id, cause, note);
  }

  #reapHere({ user }: { user: string | null }): ReapReport | Promise<ReapReport> {
    const layer = this.#parts.layer();
    return user === null ? layer.reapAll() : layer.reapUser(user);
  }
}
