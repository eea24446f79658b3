import type { CloseOrder, CloseUserOptions } from '../sessions/close-order.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import {
  type ListOptions,
  listSessions,
  mergeLists,
  type SessionList,
} from '../sessions/session-list.ts';
import type { ReapReport } from '../sessions/sweep-run.ts';
import { type Answers, type FromNodes, Question, type QuestionParts } from './question.ts';

/** Sessions of all nodes that have answered. */
export type Listing = SessionList & FromNodes;

/** Ids of the sessions that an order has ended. */
export interface ClosedSessions extends FromNodes {
  readonly closed: readonly string[];
}

/** What reaping has done on all nodes that have answered. */
export type ClusterReapReport = ReapReport & FromNodes;

/** What the directory works with. */
export interface DirectoryParts extends QuestionParts {
  readonly layer: () => SessionLayer;
  /** Newcomers of a user who wait on this node. */
  readonly waiting: (userId: string) => number;
}

interface UserAsked {
  readonly user: string;
  readonly limit: number;
}

/** What a node knows of a user. */
interface UserShare extends SessionList {
  readonly waiting: number;
}

interface CloseAsked {
  readonly id: string;
  readonly cause: CloseOrder;
  readonly note?: string;
}

interface CloseUserAsked {
  readonly user: string;
  readonly options: CloseUserOptions;
}

/** Of everybody where there is no user. */
interface ReapAsked {
  readonly user: string | null;
}

/** Looks and orders that reach the sessions of every node: each node is asked, and does its own. */
export class Directory {
  readonly #parts: DirectoryParts;
  readonly #list: Question<ListOptions, SessionList>;
  readonly #user: Question<UserAsked, UserShare>;
  readonly #close: Question<CloseAsked, readonly string[]>;
  readonly #closeUser: Question<CloseUserAsked, readonly string[]>;
  readonly #reap: Question<ReapAsked, ReapReport>;

  constructor(parts: DirectoryParts) {
    const { layer, waiting } = parts;
    this.#parts = parts;
    this.#list = new Question(parts, {
      kind: 'list',
      answer: (options) => listSessions(layer(), options),
    });
    this.#user = new Question(parts, {
      kind: 'user',
      answer: (asked) => ({ ...listSessions(layer(), asked), waiting: waiting(asked.user) }),
    });
    this.#close = new Question(parts, { kind: 'close', answer: (asked) => this.#closeHere(asked) });
    this.#closeUser = new Question(parts, {
      kind: 'close-user',
      answer: ({ user, options }) => layer().closeUser(user, options),
    });
    this.#reap = new Question(parts, {
      kind: 'reap',
      answer: ({ user }) => (user === null ? layer().reapAll() : layer().reapUser(user)),
    });
  }

  async list(options: ListOptions): Promise<Listing> {
    const { answers, silent } = await this.#list.all(options);
    return { ...mergeLists(answers, options), silent };
  }

  /** The sessions of a user, oldest first, and how many of its newcomers wait. */
  async user(user: string, limit: number): Promise<UserShare & FromNodes> {
    const { answers, silent } = await this.#user.all({ user, limit });
    const waiting = answers.reduce((sum, share) => sum + share.waiting, 0);
    return { ...mergeLists(answers, { limit }), waiting, silent };
  }

  /** Ends one session, wherever it is; the others are not asked where it is here. */
  async close(id: string, cause: CloseOrder, note?: string): Promise<ClosedSessions> {
    const order = { id, cause, ...(note === undefined ? {} : { note }) };
    const closed = this.#closeHere(order);
    if (closed.length > 0) return { closed, silent: [] };
    return endedBy(await this.#close.others(order));
  }

  /** Ends the user's sessions everywhere. */
  async closeUser(user: string, options: CloseUserOptions): Promise<ClosedSessions> {
    return endedBy(await this.#closeUser.all({ user, options }));
  }

  /** Ends the dead of a user, or of everybody, on every node. */
  async reap(user: string | null): Promise<ClusterReapReport> {
    const { answers, silent } = await this.#reap.all({ user });
    return {
      reaped: answers.flatMap(({ reaped }) => reaped),
      kept: answers.reduce((sum, { kept }) => sum + kept, 0),
      failed: answers.flatMap(({ failed }) => failed),
      silent,
    };
  }

  /** One that is not here is nothing to tell of: it may be on another node. */
  #closeHere({ id, cause, note }: CloseAsked): readonly string[] {
    const layer = this.#parts.layer();
    return layer.find(id) !== null && layer.close(id, cause, note) ? [id] : [];
  }
}

/** What nodes have ended together. */
export function endedBy({ answers, silent }: Answers<readonly string[]>): ClosedSessions {
  return { closed: answers.flat(), silent };
}
