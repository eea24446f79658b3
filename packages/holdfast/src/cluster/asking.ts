import { hasRoom } from '../core/admission.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import { type Candidate, endOfAsking, noRoom, unknownSession } from '../sessions/inquiry.ts';
import type { OpenOutcome } from '../sessions/open-request.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Row } from '../sessions/store/acts.ts';
import { Asked } from './asked.ts';
import type { Farewells, Full } from './farewells.ts';
import type { Membership } from './membership.ts';
import type { Newcomer } from './newcomer.ts';
import type { Post } from './post.ts';
import { patienceMs } from './question.ts';
import type { Scouting } from './scouting.ts';
import type { FoundFull, SlotRequest, Tried } from './slot-request.ts';

/** What asking works with. */
export interface AskingParts {
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly post: Post;
  readonly scouting: Scouting;
  readonly farewells: Farewells;
}

/** `denied`: it cannot be asked; `again`: a slot may have become free before it was. */
export type NotAsked = 'denied' | 'again';

/** A session in the way, by its handle. */
interface Listed extends Candidate {
  readonly session: number;
}

/** Has the user's dead give way, and lists the others. */
const listKind = 'in-the-way';

/**
 * The policy `ask` over all nodes: a newcomer for whom every session of its user has proven to be alive is told of them, on
 * whatever node, and may choose one to end. It holds no slot meanwhile; the store gives it that of the one it has chosen.
 */
export class Asking {
  readonly #parts: AskingParts;
  /** Who is asked, or was and is not settled yet. */
  readonly #asked: Map<Newcomer, Asked> = new Map();

  constructor(parts: AskingParts) {
    this.#parts = parts;
    parts.post.on(listKind, (data) => this.#listHere(data));
  }

  /** Asks a newcomer, and resolves with what became of it. Rejects with StoreError. */
  async ask(request: SlotRequest, { full, nudged }: FoundFull): Promise<OpenOutcome | NotAsked> {
    const { newcomer } = request;
    const { inquiry, pulse } = this.#parts.layer().cluster;
    if (!inquiry.canAsk(newcomer) || !this.#wouldGetIn(newcomer, full)) return 'denied';
    const listed = await Promise.race([
      this.#list(newcomer.userId, full.rows),
      nudged.then(() => null),
    ]);
    if (newcomer.isSettled) return this.#parts.farewells.gone(newcomer);
    if (listed === null) return 'again';
    if (listed.length === 0) return 'denied';
    const look = (one: Asked): void => this.#look(one);
    const asked = new Asked({ inquiry, pulse, look }, newcomer, full.rows);
    try {
      if (!this.#put(asked, { full, listed })) return 'denied';
      if (!newcomer.isSettled) this.#begun(asked, full.limit, listed.length);
      return await this.#converse(asked, request, { outcome: 'full', full, nudged });
    } finally {
      asked.end();
    }
  }

  #begun(asked: Asked, limit: number, live: number): void {
    const { newcomer } = asked;
    this.#asked.set(newcomer, asked);
    this.#parts.layer().cluster.tell({ type: 'asked', user: newcomer.userId, limit, live });
  }

  /** Tells how the asking of a newcomer has ended, if it was asked. */
  ended(newcomer: Newcomer, became: OpenOutcome): void {
    const asked = this.#asked.get(newcomer);
    if (asked === undefined) return;
    this.#asked.delete(newcomer);
    const { isOverdue, hadSlot, taken } = asked;
    const about = { isOverdue, hadSlot: hadSlot || became.outcome === 'opened', taken };
    const end = endOfAsking(became, about);
    this.#parts.layer().cluster.tell({ type: 'askingEnded', user: newcomer.userId, ...end });
  }

  /** Whatever it is woken by, it gets a slot that is free; what it has answered is looked at otherwise. */
  async #converse(asked: Asked, request: SlotRequest, first: FoundFull): Promise<OpenOutcome> {
    const { newcomer } = asked;
    for (let last = first; ; ) {
      if (!asked.hasNews) await last.nudged;
      const answer = asked.nextAnswer();
      // The dead yield before anybody alive is ended.
      const listed = answer === null ? [] : await this.#list(newcomer.userId, last.full.rows);
      const over = this.#overFor(newcomer, answer !== null);
      if (over !== null) return over;
      let tried = await request.try(null);
      if (tried.outcome === 'full' && answer !== null)
        tried = await this.#takeOver(asked, request, {
          found: tried,
          chosen: listed.find(({ id }) => id === answer),
        });
      if (tried.outcome === 'had-slot') return this.#seated(asked, tried);
      last = tried;
      asked.rows = tried.full.rows;
      if (asked.isOverdue) return await this.#expire(asked, request, tried);
    }
  }

  #seated(asked: Asked, { became }: Extract<Tried, { outcome: 'had-slot' }>): OpenOutcome {
    asked.hadSlot = true;
    return became;
  }

  /** Gives it the slot of the session it has chosen, or tells it why not. */
  async #takeOver(
    asked: Asked,
    request: SlotRequest,
    { found, chosen }: { readonly found: FoundFull; readonly chosen: Listed | undefined },
  ): Promise<Tried> {
    const { newcomer } = asked;
    if (newcomer.isSettled) return found;
    const isThere = found.full.rows.some(({ session }) => session === chosen?.session);
    if (chosen === undefined || !isThere)
      return await this.#tellAgain(asked, found, unknownSession);
    if (!wouldMakeRoom(found.full)) return await this.#tellAgain(asked, found, noRoom);
    const tried = await request.try(chosen.session);
    if (tried.outcome === 'full') return await this.#tellAgain(asked, tried, unknownSession);
    if (tried.hasTaken) asked.taken = chosen.id;
    return tried;
  }

  /** What was wrong with its answer, and those in its way as they are now. */
  async #tellAgain(asked: Asked, found: FoundFull, wrong: ErrorFrame): Promise<FoundFull> {
    const { newcomer } = asked;
    const { full } = found;
    const listed = await this.#list(newcomer.userId, full.rows);
    if (!this.#put(asked, { full, listed }, wrong)) newcomer.finish('too-much');
    return found;
  }

  /** Its time is up: it is told all that is known of those in its way. */
  async #expire(asked: Asked, request: SlotRequest, { full }: FoundFull): Promise<OpenOutcome> {
    const { scouting, farewells } = this.#parts;
    const { newcomer } = asked;
    const scouted = await scouting.scout(newcomer.userId, full.rows);
    const tried =
      scouted.outcome === 'freed' && !newcomer.isSettled ? await request.try(null) : null;
    if (tried?.outcome === 'had-slot') return this.#seated(asked, tried);
    return this.#overFor(newcomer, false) ?? farewells.full(newcomer, full, scouted);
  }

  /** What became of one who is not waited for any more; null for one who is. */
  #overFor(newcomer: Newcomer, isAnswering: boolean): OpenOutcome | null {
    const { layer, farewells } = this.#parts;
    const { inquiry } = layer().cluster;
    if (isAnswering && inquiry.isGone(newcomer)) newcomer.finish('left');
    else if (isAnswering && !inquiry.isWelcome(newcomer.request.extra))
      newcomer.finish('turned-away');
    return newcomer.isSettled ? farewells.gone(newcomer) : farewells.closed(newcomer);
  }

  /** Nobody is asked, nor told of anybody, who would not get in by the end of one session. */
  #wouldGetIn(newcomer: Newcomer, full: Full): boolean {
    const { inquiry } = this.#parts.layer().cluster;
    const isThere = !inquiry.isGone(newcomer) && inquiry.isWelcome(newcomer.request.extra);
    return isThere && wouldMakeRoom(full);
  }

  #put(
    { newcomer, expiresIn }: Asked,
    { full: { limit }, listed }: { readonly full: Full; readonly listed: readonly Listed[] },
    ...before: readonly ErrorFrame[]
  ): boolean {
    const { inquiry } = this.#parts.layer().cluster;
    return inquiry.put(newcomer, { limit, candidates: listed, expiresIn }, ...before);
  }

  /** The sessions that hold these rows, in their order, as far as their nodes answer; the dead among them give way. */
  async #list(user: string, rows: readonly Row[]): Promise<readonly Listed[]> {
    const { post, membership } = this.#parts;
    const own = membership().generation;
    const nodes = [...new Set(rows.map(({ node }) => node))].filter((node) => node !== 0);
    const asked = nodes.map(async (node) =>
      node === own
        ? this.#listHere({ user })
        : ((await post.ask(node, listKind, { data: { user }, withinMs: patienceMs })) as Listed[]),
    );
    const answers = await Promise.allSettled(asked);
    const listed = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    return rows.flatMap(({ session }) => listed.find((one) => one.session === session) ?? []);
  }

  #listHere(data: unknown): Listed[] {
    const layer = this.#parts.layer();
    const { user } = data as { readonly user?: unknown };
    if (typeof user !== 'string') return [];
    layer.cluster.reapLate(user);
    return layer.sessionsOf(user).map((session) => {
      const { id, device, openedAt, lastInboundMs } = layer.view(session);
      return { session: session.generation, id, device, openedAt, lastInboundMs };
    });
  }

  /** Nobody says so when a node is gone, or a reservation has lapsed: then the store is asked. */
  #look({ newcomer, rows }: Asked): void {
    const { post, membership } = this.#parts;
    const { generation, nodes } = membership();
    const alive = new Set(nodes.map((node) => node.generation));
    if (rows.some(({ node }) => !alive.has(node))) newcomer.nudge();
    for (const node of new Set(rows.map((row) => row.node))) {
      if (node === generation) this.#listHere({ user: newcomer.userId });
      else if (alive.has(node)) post.tell(node, listKind, { user: newcomer.userId });
    }
  }
}

/** Whether the end of one session lets the newcomer in. */
function wouldMakeRoom({ rows, limit }: Full): boolean {
  return hasRoom(rows.length - 1, limit);
}
