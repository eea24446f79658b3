import { type RateLimit, spend } from '../core/rate.ts';
import { Alarm } from './alarm.ts';
import { ClientError } from './client-error.ts';
import type { Ground } from './ground.ts';

/** Bounds of the messages that wait for their answer. */
export interface OutboxBounds {
  readonly maxMessages: number;
  /** Of the frames of all. */
  readonly maxBytes: number;
  /** Of one; the server ends a session that sends a frame beyond its `--max-payload`. */
  readonly maxMessageBytes: number;
}

interface Message {
  readonly frame: string;
  readonly bytes: number;
  readonly waits: boolean;
  readonly settle: (error?: ClientError) => void;
  isSent: boolean;
}

/**
 * The server knows the last 128 ids of a user, from all devices together: of more messages than that, sent and not
 * answered, one sent again could be taken twice.
 */
const mostInFlight = 32;
/** Below what a session may send by default (50 a second), with room for acks and pings. */
const pace: RateLimit = { perSecond: 40, burst: 20 };

/** Messages that the application has not been known to take. Each has an id, so that one sent again is taken once. */
export class Outbox {
  readonly #ground: Ground;
  readonly #bounds: OutboxBounds;
  readonly #prefix: string;
  readonly #messages: Map<string, Message> = new Map();
  readonly #alarm: Alarm;
  #send: ((frame: string) => void) | null = null;
  #bytes = 0;
  #count = 0;
  #mark = 0;

  constructor(ground: Ground, bounds: OutboxBounds) {
    this.#ground = ground;
    this.#bounds = bounds;
    this.#prefix = ground.uniqueText();
    this.#alarm = new Alarm(ground);
  }

  /**
   * @param data anything JSON can say; absent means null
   * @param waits whether to keep it while there is no connection
   * @returns a promise that is kept when the application has taken it
   */
  add(data: unknown, waits: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#send === null && !waits)
        throw new ClientError('not-connected', 'There is no open session.');
      const id = `${this.#prefix}-${(this.#count += 1)}`;
      const frame = encode(data, id);
      const bytes = new TextEncoder().encode(frame).length;
      this.#checkRoom(bytes);
      const settle = (error?: ClientError): void => (error ? reject(error) : resolve());
      this.#messages.set(id, { frame, bytes, waits, settle, isSent: false });
      this.#bytes += bytes;
      this.#flush();
    });
  }

  /** A session is open: all that has no answer is sent, in the order in which it was added. */
  open(send: (frame: string) => void): void {
    this.#unsend();
    this.#send = send;
    this.#flush();
  }

  /** The session is over. What does not wait is given up. */
  shut(): void {
    this.#send = null;
    this.#alarm.clear();
    this.#unsend();
    const error = new ClientError('connection-lost', 'The connection broke before the answer.');
    for (const [id, { waits }] of [...this.#messages]) if (!waits) this.settle(id, error);
  }

  /** The answer to a message: taken, or why not. */
  settle(id: string, error?: ClientError): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    this.#messages.delete(id);
    this.#bytes -= message.bytes;
    message.settle(error);
    this.#flush();
  }

  /** No answer will come. */
  giveUp(error: ClientError): void {
    this.shut();
    for (const id of [...this.#messages.keys()]) this.settle(id, error);
  }

  #checkRoom(bytes: number): void {
    const { maxMessages, maxBytes, maxMessageBytes } = this.#bounds;
    if (bytes > maxMessageBytes)
      throw new ClientError(
        'too-large',
        `Expected a message of up to ${maxMessageBytes} bytes, got ${bytes}.`,
      );
    const { size } = this.#messages;
    if (size >= maxMessages || this.#bytes + bytes > maxBytes)
      throw new ClientError('outbox-full', `${size} messages wait for their answer.`);
  }

  #unsend(): void {
    for (const message of this.#messages.values()) message.isSent = false;
  }

  #flush(): void {
    let inFlight = 0;
    for (const message of this.#messages.values()) {
      if (this.#send === null || ++inFlight > mostInFlight) return;
      if (message.isSent) continue;
      const verdict = spend(pace, this.#mark, this.#ground.nowMs());
      if (!verdict.passed) {
        this.#alarm.set(verdict.retryAfterMs, () => this.#flush());
        return;
      }
      this.#mark = verdict.mark;
      message.isSent = true;
      this.#send(message.frame);
    }
  }
}

function encode(data: unknown, id: string): string {
  try {
    return JSON.stringify({ type: 'message', id, data: data ?? null });
  } catch (cause) {
    throw new ClientError('bad-data', 'Expected `data` to be something JSON can say.', { cause });
  }
}
