import type { Session, SessionLayer, SessionView } from 'holdfast';

/** A session as the API shows it. */
export type ListedSession = Omit<SessionView, 'user'> & { readonly node: string };

/** What a list may be ordered by: larger first with a minus before it. */
export const sortKeys = ['openedAt', 'lastInboundMs', 'pingOutMs', 'unconfirmedBytes'] as const;

/** One of the orders of a list. */
export type SortOrder = (typeof sortKeys)[number] | `-${(typeof sortKeys)[number]}`;

/** Which sessions to list, and in which order. */
export interface ListOptions {
  readonly state?: 'opening' | 'live' | undefined;
  readonly sort?: SortOrder | undefined;
  readonly limit: number;
}

/** A session in a list of those of all users. */
type OwnedSession = ListedSession & { readonly user: string };

/** Some of the sessions, and how many there are. */
export interface SessionList {
  readonly count: number;
  readonly sessions: readonly OwnedSession[];
}

/** The view of one session. */
export function viewOf(layer: SessionLayer, session: Session): ListedSession {
  const { user: _user, id, ...view } = layer.view(session);
  return { id, node: layer.node, ...view };
}

/**
 * Lists sessions of all users. Of many sessions only the first `limit` by the order are kept at any
 * time, so that a list over a full gateway costs one look at each.
 */
export function listSessions(
  layer: SessionLayer,
  { state, sort, limit }: ListOptions,
): SessionList {
  const kept: { readonly rank: number; readonly session: Session }[] = [];
  let count = 0;
  for (const session of layer.sessions()) {
    if (state !== undefined && session.state !== state) continue;
    count += 1;
    const rank = sort === undefined ? count : rankOf(layer, session, sort);
    if (kept.length === limit && rank >= (kept.at(-1)?.rank ?? 0)) continue;
    kept.splice(placeFor(kept, rank), 0, { rank, session });
    if (kept.length > limit) kept.pop();
  }
  const sessions = kept.map(({ session }) => ({
    user: session.userId,
    ...viewOf(layer, session),
  }));
  return { count, sessions };
}

function rankOf(layer: SessionLayer, session: Session, sort: SortOrder): number {
  const view = layer.view(session);
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

/** One list of several that are each in this order. */
export function mergeLists(
  lists: readonly SessionList[],
  { sort = 'openedAt', limit }: Pick<ListOptions, 'sort' | 'limit'>,
): SessionList {
  const isDescending = sort.startsWith('-');
  const key = (isDescending ? sort.slice(1) : sort) as (typeof sortKeys)[number];
  const rank = (session: OwnedSession): number =>
    isDescending ? -(session[key] ?? -1) : (session[key] ?? -1);
  return {
    count: lists.reduce((sum, { count }) => sum + count, 0),
    sessions: lists
      .flatMap(({ sessions }) => sessions)
      .toSorted((one, other) => rank(one) - rank(other))
      .slice(0, limit),
  };
}
