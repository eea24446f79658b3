import type { PlacedView } from 'holdfast';

/** A session of a user as the API shows it. */
export type ListedSession = Omit<PlacedView, 'user'>;

/** The same sessions where it is said whose they are. */
export function listedOf(sessions: readonly PlacedView[]): readonly ListedSession[] {
  return sessions.map(({ user: _user, ...session }) => session);
}
