import type { Session } from './session.ts';
import type { SessionLayer } from './session-layer.ts';
import type { SessionView } from './session-view.ts';

/** What is told about a session, and where it is. */
export interface PlacedView extends SessionView {
  /** Name of the node that holds its socket. */
  readonly node: string;
}

/** What a list may be ordered by: larger first with a minus before it. */
export const sortKeys = ['openedAt', 'lastInboundMs', 'pingOutMs', 'unconfirmedBytes'] as const;

/** One of the orders of a list. */
export type SortOrder = (typeof sortKeys)[number] | `-${(typeof sortKeys)[number]}`;

/** Which sessions to list, and in which order. */
export interface ListOptions {
  /** Without it those of all users. */
  readonly user?: string | undefined;
  readonly state?: 'opening' | 'live' | undefined;
  /** Without it those of one user are listed oldest first, those of all in no order. */
  readonly sort?: SortOrder | undefined;
  readonly limit: number;
}

/** Some of the sessions, and how many there are. */
export interface SessionList {
  readonly count: number;
  readonly sessions: readonly PlacedView[];
}

/**
 * Lists sessions. Of many only the first `limit` by the order are kept at any time, so that a list over a full layer costs one
 * look at each.
 */
export function listSessions(layer: SessionLayer, options: ListOptions): SessionList {
  const { user, state, sort, limit } = options;
  const kept: { readonly rank: number; readonly session: Session }[] = [];
  let count = 0;
  for (const session of user === undefined ? layer.sessions() : layer.sessionsOf(user)) {
    if (state !== undefined && session.state !== state) continue;
    count += 1;
    const rank = sort === undefined ? count : rankOf(layer.view(session), sort);
    if (kept.length === limit && rank >= (kept.at(-1)?.rank ?? 0)) continue;
    kept.splice(placeFor(kept, rank), 0, { rank, session });
    if (kept.length > limit) kept.pop();
  }
  return { count, sessions: kept.map(({ session }) => placedView(layer, session)) };
}

/** One list of several that are each in this order; without one, oldest first. */
export function mergeLists(
  lists: readonly SessionList[],
  { sort = 'openedAt', limit }: Pick<ListOptions, 'sort' | 'limit'>,
): SessionList {
  return {
    count: lists.reduce((sum, { count }) => sum + count, 0),
    sessions: lists
      .flatMap(({ sessions }) => sessions)
      .toSorted((one, other) => rankOf(one, sort) - rankOf(other, sort))
      .slice(0, limit),
  };
}

function placedView(layer: SessionLayer, session: Session): PlacedView {
  const { user, id, ...view } = layer.view(session);
  return { user, id, node: layer.node, ...view };
}

function rankOf(view: SessionView, sort: SortOrder): number {
  const isDescending = sort.startsWith('-');
  const key = (isDescending ? sort.slice(1) : sort) as (typeof sortKeys)[number];
  const value = view[key] ?? -1;
  return isDescending ? -value : value;
}

/** Where a rank belongs among ascending ones, after its equals; by halving. */
function placeFor(kept: readonly { readonly rank: number }[], rank: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((kept[middle]?.rank ?? 0) <= rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
