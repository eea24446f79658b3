import type { Delivery } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { HookRunner, HookUse, RefreshedToken, SessionHooks } from './hooks.ts';
import type { Session } from './session.ts';

/** What refreshing works with. */
export interface TokenRefreshRooms {
  readonly delivery: Delivery;
  readonly events: EventStream;
  readonly faults: Faults;
  readonly hooks: SessionHooks;
  readonly hookRunner: HookRunner;
}

/**
 * Clients that bring a newer token. What a token is, the application knows: its hook says what it is worth, and until it
 * has said so nothing about the session changes. A verdict that comes after the deadline of hooks, or after the session,
 * changes nothing either.
 */
export class TokenRefresh {
  readonly #rooms: TokenRefreshRooms;
  readonly #asking: HookUse<string>;
  /** Sessions whose token is being judged. Each is taken out when its hook is done, at the latest by the deadline. */
  readonly #underWay: Set<Session> = new Set();

  constructor(rooms: TokenRefreshRooms) {
    this.#rooms = rooms;
    this.#asking = {
      call: (session, token) => rooms.hooks.onRefresh?.(session, token),
      done: (session, _token, outcome) => {
        this.#underWay.delete(session);
        const judged = rooms.faults.attempt<Judged>('hook', () => readOutcome(outcome), 'failed');
        this.#judged(session, judged);
      },
      failed: (session) => {
        this.#underWay.delete(session);
        this.#judged(session, 'failed');
      },
    };
  }

  /** A client has brought a token. One at a time: a second one while the first is judged is answered `busy`. */
  begin(session: Session, token: string): void {
    const { hooks, hookRunner } = this.#rooms;
    if (hooks.onRefresh === undefined) {
      this.#refuse(
        session,
        'unknown-type',
        'Tokens are not refreshed here: connect with a new one.',
      );
    } else if (this.#underWay.has(session)) {
      this.#refuse(session, 'busy', 'Another token of this session is being judged.');
    } else {
      this.#underWay.add(session);
      hookRunner.run(this.#asking, session, token);
    }
  }

  #judged(session: Session, judged: Judged): void {
    const { delivery, events } = this.#rooms;
    if (session.state !== 'live') return;
    const about = { session: session.id, user: session.userId };
    if (judged === 'failed') {
      this.#refuse(session, 'application-failed', 'The token could not be judged: try again.');
    } else if (judged === 'refused') {
      events.emit({ type: 'refreshRefused', ...about });
      const message = 'The token is not good: the session ends when the one before it expires.';
      this.#refuse(session, 'unauthorized', message);
    } else {
      const { expiresAt } = judged;
      if ('extra' in judged) session.extra = judged.extra;
      // Whoever hears of it may end the session: the new token may have been revoked while it was judged.
      events.emit({ type: 'refreshed', ...about });
      if (!isOver(session))
        delivery.answer(session, {
          type: 'refreshed',
          ...(expiresAt === undefined ? {} : { expiresAt }),
        });
    }
  }

  #refuse(session: Session, code: string, message: string): void {
    if (!isOver(session)) this.#rooms.delivery.answer(session, { type: 'error', code, message });
  }
}

/** What came of a token; `failed` where nobody could tell. */
type Judged = RefreshedToken | 'refused' | 'failed';

/** @throws TypeError for what is no answer of the hook: a mistake of the application, so a fault */
function readOutcome(outcome: unknown): Judged {
  if (outcome === null) return 'refused';
  if (typeof outcome === 'object') {
    const { expiresAt, ...others } = outcome as RefreshedToken;
    if (expiresAt === undefined) return others;
    if (Number.isFinite(expiresAt)) return { ...others, expiresAt };
  }
  throw new TypeError(
    `Expected \`onRefresh\` to return null or { expiresAt?, extra? }, got a value of type ${typeof outcome}.`,
  );
}

/** Whether whoever was just told of the session has ended it. */
function isOver(session: Session): boolean {
  return session.state === 'closed';
}
