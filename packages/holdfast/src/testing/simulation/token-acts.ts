import type { SessionEvent } from '../../sessions/session-event.ts';
import { checkRevoked } from './check-tokens.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { Token } from './simulated-tokens.ts';
import { drawUser, type Stage } from './stage.ts';
import type { UserTruth } from './user-truth.ts';

/** How often the application looks for tokens that have expired. */
const watchEveryMs = 1_000;

/** A token for a client that dials: a new one, or one the user has had. Null in worlds without. */
export function drawToken({ random, tokens }: Stage, user: UserTruth): Token | null {
  if (tokens === null) return null;
  const known = random.chance(0.1) ? random.pick(user.clients)?.token : null;
  const lifeMs = random.waitMs(random.oneOf([20_000, 300_000, 3_600_000]));
  return known ?? tokens.issue(user.id, lifeMs);
}

/** A client brings a newer token, or what it takes for one. */
export function refresh(stage: Stage, client: SimulatedClient): void {
  const { random, tokens, users } = stage;
  if (tokens === null || client.token === null) return;
  const draw = random.next();
  const lifeMs = random.waitMs(120_000);
  const others = random.pick(users)?.id ?? client.userId;
  const text =
    draw < 0.1
      ? 'none'
      : draw < 0.2
        ? client.token.text
        : tokens.issue(draw < 0.3 ? others : client.userId, lifeMs).text;
  client.say(JSON.stringify({ type: 'refresh', token: text }));
}

/** One token is dead from now on: that of a session, or one that a client came with and may have replaced since. */
export function revokeToken(stage: Stage): void {
  const { random, sessions } = stage;
  const held = random.pick([...sessions.values()])?.token;
  const brought = random.pick(drawUser(stage)?.clients ?? [])?.token;
  const token = (random.chance(0.5) ? held : brought) ?? null;
  if (token !== null) revoke(stage, token.userId, token.text);
}

/** All tokens that a user has are dead from now on. */
export function revokeUser(stage: Stage): void {
  const user = drawUser(stage);
  if (user !== undefined) revoke(stage, user.id);
}

function isRevoked(extra: unknown): boolean {
  const token = extra as Token | null | undefined;
  return token !== null && token !== undefined && token.revokedAt !== null;
}

/** As the gateway does it: who waits is turned away, and who has a session loses it, by the token it has now. */
function revoke(stage: Stage, userId: string, text?: string): void {
  const { tokens, layer, note } = stage;
  if (tokens === null) return;
  note(() => `${text ?? 'every token'} of ${userId} is revoked`);
  tokens.revoke(userId, text);
  layer.turnAwayWaiting(userId, isRevoked);
  for (const { id, extra } of layer.sessionsOf(userId))
    if (isRevoked(extra)) layer.close(id, 'revoked');
  checkRevoked(stage, userId);
}

/** The application looks at who gets a session or a newer token: it may have been revoked meanwhile. */
export function hearTokens({ layer, tokens }: Stage, event: SessionEvent): void {
  if (tokens === null || (event.type !== 'attached' && event.type !== 'refreshed')) return;
  if (isRevoked(layer.find(event.session)?.extra)) layer.close(event.session, 'revoked');
}

/** The application ends the sessions whose token has expired. */
export function watchTokens(stage: Stage): void {
  const { world, layer, tokens, clock } = stage;
  if (tokens === null) return;
  world.ask(() => {
    for (const { id, extra } of [...layer.sessions()]) {
      const token = extra as Token | null;
      if (token !== null && token.endsAt <= clock.nowMs()) layer.close(id, 'token-expired');
    }
  });
  world.in(watchEveryMs, () => watchTokens(stage));
}
