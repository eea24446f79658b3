import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Row } from '../sessions/store/acts.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';

/**
 * What is known about those in a newcomer's way: one of them is gone; all have proven to be alive since it asked; or somebody
 * has not, and `retryAfterMs` is when a known deadline can change that.
 */
export type Scouted =
  | { readonly outcome: 'freed' }
  | { readonly outcome: 'alive' }
  | { readonly outcome: 'unproven'; readonly retryAfterMs: number };

/** What scouting works with. */
export interface ScoutingParts {
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly post: Post;
  /** Of rows that name this node: whether there is such a session, or will be. */
  readonly isOurs: (userId: string, session: number) => boolean;
  /** Has the store corrected about a user: rows name sessions that are not here. */
  readonly repair: (userId: string) => Promise<void>;
}

/** On top of what a session may take to prove itself: the way there and back. */
const travelMs = 300;
/** A node that says nothing is gone within its lease, or it answers by then. */
const beyondLeaseMs = 50;

/** Asks every node in a newcomer's way whether its sessions are alive; each pings its own, and reaps those that are late. */
export class Scouting {
  readonly #parts: ScoutingParts;
  readonly #patienceMs: number;

  constructor(parts: ScoutingParts, probeTimeoutMs: number) {
    this.#parts = parts;
    this.#patienceMs = probeTimeoutMs + travelMs;
    parts.post.on('scout', (data) => this.#answer(data));
  }

  /** Settles as soon as one is known to be gone, otherwise when everybody has answered or had time to. Never rejects. */
  async scout(userId: string, rows: readonly Row[]): Promise<Scouted> {
    const own = this.#parts.membership().generation;
    const nodes = [...new Set(rows.map(({ node }) => node))];
    const words = nodes.map((node) => {
      const held = rows.filter((row) => row.node === node);
      if (node === 0) return Promise.resolve(untilLapsed(held));
      const sessions = held.map(({ session }) => session);
      return node === own ? this.scoutHere(userId, sessions) : this.#askNode(node, userId, sessions);
    });
    const freed = new Promise<Scouted>((resolve) => {
      for (const word of words) {
        void word.then((scouted) => {
          if (scouted.outcome === 'freed') resolve(scouted);
        });
      }
    });
    return await Promise.race([freed, Promise.all(words).then(joined)]);
  }

  /** The same for the sessions of this node. */
  async scoutHere(userId: string, sessions: readonly number[]): Promise<Scouted> {
    const { isOurs, repair, layer } = this.#parts;
    if (sessions.some((session) => !isOurs(userId, session))) {
      await repair(userId);
      return { outcome: 'freed' };
    }
    const { outcome, retryAfterMs } = await layer().scout(userId).settled;
    if (outcome !== 'unproven') return { outcome };
    return { outcome, retryAfterMs: retryAfterMs ?? this.#patienceMs };
  }

  async #askNode(node: number, user: string, sessions: readonly number[]): Promise<Scouted> {
    const { post, membership } = this.#parts;
    try {
      const about = { data: { user, sessions }, withinMs: this.#patienceMs };
      return readScouted(await post.ask(node, 'scout', about), this.#patienceMs);
    } catch {
      // Whether it is gone, its lease will tell.
      const leftMs = membership().nodeOf(node)?.leaseLeftMs ?? 0;
      const agoMs = membership().sinceRenewedMs;
      return { outcome: 'unproven', retryAfterMs: Math.max(0, leftMs - agoMs) + beyondLeaseMs };
    }
  }

  async #answer(data: unknown): Promise<Scouted> {
    const { user, sessions } = data as { user?: unknown; sessions?: unknown };
    if (typeof user !== 'string' || !Array.isArray(sessions)) return { outcome: 'freed' };
    return await this.scoutHere(user, sessions.map(Number));
  }
}

function untilLapsed(rows: readonly Row[]): Scouted {
  const leftMs = rows.map(({ reservedMs }) => reservedMs ?? 0);
  return { outcome: 'unproven', retryAfterMs: Math.max(1, Math.min(...leftMs)) };
}

function joined(words: readonly Scouted[]): Scouted {
  const waits = words.flatMap((word) => (word.outcome === 'unproven' ? [word.retryAfterMs] : []));
  if (words.some(({ outcome }) => outcome === 'freed')) return { outcome: 'freed' };
  if (waits.length === 0) return { outcome: 'alive' };
  return { outcome: 'unproven', retryAfterMs: Math.max(1, Math.ceil(Math.min(...waits))) };
}

function readScouted(word: unknown, otherwiseMs: number): Scouted {
  const { outcome, retryAfterMs } = word as { outcome?: unknown; retryAfterMs?: unknown };
  if (outcome === 'freed' || outcome === 'alive') return { outcome };
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : otherwiseMs;
  return { outcome: 'unproven', retryAfterMs: waitMs };
}
