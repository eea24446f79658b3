import type { BlockingSession } from '../core/admission.ts';
import type { Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Row } from '../sessions/store/acts.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';

/**
 * What is known about those in a newcomer's way: one of them is gone; all have proven to be alive since it asked; or somebody
 * has not, and `retryAfterMs` is when a known deadline can change that.
 */
export type Scouted = Verdict & {
  /** Each session that is in the way still, as far as it is known. */
  readonly blocking: readonly BlockingSession[];
};

type Verdict =
  | { readonly outcome: 'freed' }
  | { readonly outcome: 'alive' }
  | { readonly outcome: 'unproven'; readonly retryAfterMs: number };

/** What scouting works with. */
export interface ScoutingParts {
  readonly settings: Settings;
  readonly clock: Clock;
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
const freed: Scouted = { outcome: 'freed', blocking: [] };

/** Asks every node in a newcomer's way whether its sessions are alive; each pings its own, and reaps those that are late. */
export class Scouting {
  readonly #parts: ScoutingParts;
  readonly #patienceMs: number;

  constructor(parts: ScoutingParts) {
    this.#parts = parts;
    this.#patienceMs = parts.settings.probeTimeoutMs + travelMs;
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
      return node === own
        ? this.scoutHere(userId, sessions)
        : this.#askNode(node, userId, sessions);
    });
    const firstFreed = new Promise<Scouted>((resolve) => {
      for (const word of words) {
        void word.then((scouted) => {
          if (scouted.outcome === 'freed') resolve(scouted);
        });
      }
    });
    return await Promise.race([firstFreed, Promise.all(words).then(joined)]);
  }

  /** The same for the sessions of this node. */
  async scoutHere(userId: string, sessions: readonly number[]): Promise<Scouted> {
    const { isOurs, repair, layer } = this.#parts;
    if (sessions.some((session) => !isOurs(userId, session))) {
      await repair(userId);
      return freed;
    }
    const { outcome, retryAfterMs } = await layer().cluster.scout(userId).settled;
    const blocking = this.#blockingHere(userId);
    if (outcome !== 'unproven') return { outcome, blocking };
    return { outcome, retryAfterMs: retryAfterMs ?? this.#patienceMs, blocking };
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
      const retryAfterMs = Math.max(0, leftMs - agoMs) + beyondLeaseMs;
      return { outcome: 'unproven', retryAfterMs, blocking: [] };
    }
  }

  /** What is told of the sessions of this node that stand in the way. */
  #blockingHere(userId: string): BlockingSession[] {
    const layer = this.#parts.layer();
    return layer.sessionsOf(userId).map((session) => {
      const { id, state, openedAt, lastInboundMs, pingOutMs } = layer.view(session);
      const asked = pingOutMs === null ? {} : { pingOutMs };
      const ageMs = Math.max(0, this.#parts.clock.epochMs() - openedAt);
      return { id, state, ageMs, silentMs: lastInboundMs, ...asked, transport: session.transport };
    });
  }

  async #answer(data: unknown): Promise<Scouted> {
    const { user, sessions } = data as { user?: unknown; sessions?: unknown };
    if (typeof user !== 'string' || !Array.isArray(sessions)) return freed;
    return await this.scoutHere(user, sessions.map(Number));
  }
}

function untilLapsed(rows: readonly Row[]): Scouted {
  const leftMs = rows.map(({ reservedMs }) => reservedMs ?? 0);
  return { outcome: 'unproven', retryAfterMs: Math.max(1, Math.min(...leftMs)), blocking: [] };
}

function joined(words: readonly Scouted[]): Scouted {
  const blocking = words.flatMap((word) => word.blocking);
  const waits = words.flatMap((word) => (word.outcome === 'unproven' ? [word.retryAfterMs] : []));
  if (words.some(({ outcome }) => outcome === 'freed')) return freed;
  if (waits.length === 0) return { outcome: 'alive', blocking };
  const retryAfterMs = Math.max(1, Math.ceil(Math.min(...waits)));
  return { outcome: 'unproven', retryAfterMs, blocking };
}

function readScouted(word: unknown, otherwiseMs: number): Scouted {
  const { outcome, retryAfterMs, blocking } = word as Record<string, unknown>;
  const known = Array.isArray(blocking) ? (blocking as BlockingSession[]) : [];
  if (outcome === 'freed' || outcome === 'alive') return { outcome, blocking: known };
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : otherwiseMs;
  return { outcome: 'unproven', retryAfterMs: waitMs, blocking: known };
}
