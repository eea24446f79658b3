import type { RefreshedToken, SessionHooks } from 'holdfast';
import type { Verdict } from './auth/verdict.ts';
import type { TokenVerifier } from './auth/verifier.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** What the hooks of a gateway's sessions work with. */
export interface SessionHookParts {
  readonly verifier: TokenVerifier;
  /** Without it messages are answered `no-receiver`. */
  readonly webhooks: Pick<Webhooks, 'hooks'> | null;
}

/** What a gateway does for its sessions. */
export function createSessionHooks({ verifier, webhooks }: SessionHookParts): SessionHooks {
  return {
    ...webhooks?.hooks,
    onRefresh: ({ userId }, token) => {
      const verdict = verifier.verify(token);
      return verdict instanceof Promise
        ? verdict.then((judged) => refreshed(userId, judged))
        : refreshed(userId, verdict);
    },
  };
}

/**
 * What a token is worth to a session of this user. Limit and device stay those of the token it was opened with: only who is
 * there and for how long is taken over.
 *
 * @throws Error where it cannot be told now
 */
function refreshed(userId: string, verdict: Verdict): RefreshedToken | null {
  if (verdict.ok) {
    const { identity } = verdict;
    if (identity.userId !== userId) return null;
    const { expiresAtMs } = identity;
    return { extra: identity, ...(expiresAtMs !== undefined && { expiresAt: expiresAtMs }) };
  }
  if (verdict.reason !== 'unavailable') return null;
  throw new Error('Expected keys to judge a token with, got none: see `--jwks-url`.');
}
