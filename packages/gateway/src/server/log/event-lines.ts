import { logLineOf, type SessionEvent } from 'holdfast';
import type { GatewayLog, LogFields } from './gateway-log.ts';
import { LineRates } from './line-rates.ts';
import type { UserNamer } from './user-name.ts';

/** What the lines are written with. */
export interface EventLinesOptions {
  readonly log: GatewayLog;
  readonly nameUser: UserNamer;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** A call of the application that came to nothing. */
export interface LostCall {
  readonly type: string;
  readonly session: string;
  /** The `webhook-id`. */
  readonly webhook: string;
  readonly result: string;
  readonly reason: string;
  readonly tries: number;
}

/** Most lines of one type of event within a second; the rest is summed up in one line. */
const LINES_PER_SECOND = 100;
/** Most sessions in the way of a newcomer that one line lists. */
const LISTED_SESSIONS = 10;

/** Writes what happens to sessions into the log. */
export class EventLines {
  readonly #log: GatewayLog;
  readonly #nameUser: UserNamer;
  readonly #rates: LineRates;

  constructor({ log, nameUser, now }: EventLinesOptions) {
    this.#log = log;
    this.#nameUser = nameUser;
    this.#rates = new LineRates(LINES_PER_SECOND, now);
  }

  /** Writes the line of this event, if it has one. `turnedAway` is left to `tellTurnedAway`, which knows more. */
  tell(event: SessionEvent): void {
    if (event.type === 'turnedAway') return;
    const line = logLineOf(event);
    if (line === null || !this.#log.isOn(line.level) || !this.#rates.take(event.type)) return;
    this.#log.write(line.level, event.type, { msg: line.msg, fields: this.#fieldsOf(event) });
  }

  /** Writes that a newcomer was turned away before it could ask for a slot; once for each newcomer. */
  tellTurnedAway(reason: string): void {
    if (!this.#log.isOn('warn') || !this.#rates.take('turnedAway')) return;
    this.#log.warn('turnedAway', `Newcomer turned away: ${reason}`, { reason });
  }

  /** Writes that a call of the application came to nothing; nothing of what it carried. */
  tellLostCall(call: LostCall): void {
    if (!this.#log.isOn('warn') || !this.#rates.take('webhookLost')) return;
    this.#log.warn('webhookLost', `Call of the application lost: ${call.result}`, { ...call });
  }

  /** Says how many lines were left out since the last call; to be called now and then. */
  tellLeftOut(): void {
    const leftOut = this.#rates.takeLeftOut();
    if (leftOut === null) return;
    this.#log.warn('linesLeftOut', 'Much happened at once: lines were left out', { leftOut });
  }

  #fieldsOf({ type: _type, ...fields }: SessionEvent): LogFields {
    return {
      ...fields,
      ...('workMs' in fields && { workMs: Math.round(fields.workMs * 1000) / 1000 }),
      ...('user' in fields && { user: this.#nameUser(fields.user) }),
      ...('blocking' in fields && listBlocking(fields.blocking)),
    };
  }
}

function listBlocking(blocking: readonly unknown[]): LogFields {
  const unlisted = blocking.length - LISTED_SESSIONS;
  return {
    blocking: blocking.slice(0, LISTED_SESSIONS),
    ...(unlisted > 0 && { blockingUnlisted: unlisted }),
  };
}
