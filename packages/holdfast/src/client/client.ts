import { UsageError } from '../core/usage-error.ts';
import { Alarm } from './alarm.ts';
import { ClientError } from './client-error.ts';
import type { ClientEvents, ClientState } from './client-events.ts';
import { Conversation } from './conversation.ts';
import { Emitter } from './emitter.ts';
import type { Ground } from './ground.ts';
import type { House, LoadTabs } from './house.ts';
import type { ClientSettings } from './options.ts';
import { Outbox } from './outbox.ts';
import { PageWatch } from './page-watch.ts';
import { Position } from './position.ts';
import { type LinkClose, nextStep, readClose } from './retry.ts';
import { TokenSource } from './token-source.ts';
import { WebSocketLink } from './web-socket-link.ts';

/** A client of one user: at most one socket, whatever is asked of it. */
export interface Client<Events extends object = Record<string, unknown>> {
  readonly state: ClientState;
  /**
   * Hears of something; see {@link ClientEvents}.
   *
   * @returns a function that takes the handler away again
   */
  on<Name extends keyof ClientEvents<Events>>(
    name: Name,
    handler: (value: ClientEvents<Events>[Name]) => void,
  ): () => void;
  /**
   * Wants to be connected from now on. Does nothing where that is so already; a client that waits tries at once, but never
   * before the server allows it, and not more than twice a second.
   *
   * @throws UsageError `bad-state` after `close`
   */
  connect(): void;
  /**
   * Hands a message to the application. It waits while there is no session, is sent again where there was no answer, and
   * is taken once.
   *
   * @returns a promise that is kept when the application has taken it
   * @throws ClientError (the promise is rejected with it)
   */
  send(data: unknown, options?: SendOptions): Promise<void>;
  /** Asks the application to stop what it does for this user: a message `{"holdfast":"cancel"}`. */
  cancel(reason?: string): Promise<void>;
  /** Leaves; the work at the server goes on, and `connect()` reads on from here. */
  detach(): void;
  /** Leaves for good. Messages without an answer are rejected. */
  close(): void;
}

/** How to send one message. */
export interface SendOptions {
  /** Keep it while there is no session, and send it again after a break. Default: true. */
  readonly wait?: boolean;
}

/** A session that was open for this long is no failure: the next break is the first one. */
const lastingMs = 5_000;
/** Two attempts may be made within this time, whoever asks for them. */
const attemptWindowMs = 1_000;

/** Decides when there is a connection; what is said on it is the {@link Conversation}'s. */
export class HoldfastClient<Events extends object> implements Client<Events> {
  readonly #house: House;
  readonly #watch: PageWatch;
  readonly #retry: Alarm;
  #state: ClientState = 'idle';
  #talk: Conversation | null = null;
  /** Connections that ended in a row without having lasted. */
  #failures = 0;
  #notBefore = 0;
  /** When the last two attempts were made. */
  #attempts: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  /** What the server has said before it goes; null unless it drains. */
  #drainMs: number | null = null;

  constructor(settings: ClientSettings, ground: Ground, loadTabs: LoadTabs) {
    const emitter = new Emitter();
    const tokens = new TokenSource(settings.token, ground);
    const failed = (cause: unknown): void => {
      const message = 'The position is kept in memory only.';
      emitter.fail(new ClientError('storage-failed', message, { cause }));
    };
    const position = new Position(settings, failed, ground.page === null);
    const outbox = new Outbox(ground, settings.outbox);
    const house: House = {
      ground,
      settings,
      emitter,
      position,
      outbox,
      tokens,
      direct: { dial: (owner, brought) => new WebSocketLink(house, owner, brought) },
      loadTabs,
      tabs: null,
    };
    this.#house = house;
    this.#retry = new Alarm(ground);
    this.#watch = new PageWatch(ground.page, {
      wake: () => this.#wake(),
      doubt: () => this.#talk?.doubt(false),
      hide: () => this.#talk?.flush(),
      leave: (isLeaving) => position.keepTicket(isLeaving),
    });
  }

  get state(): ClientState {
    return this.#state;
  }

  on<Name extends keyof ClientEvents<Events>>(
    name: Name,
    handler: (value: ClientEvents<Events>[Name]) => void,
  ): () => void {
    return this.#house.emitter.on(name, handler);
  }

  connect(): void {
    if (this.#state === 'closed')
      throw new UsageError('bad-state', 'Expected a client that is not closed. Make a new one.');
    if (this.#talk !== null) return;
    if (this.#state !== 'waiting') {
      this.#watch.start();
      const { ground, position } = this.#house;
      position.keepTicket(ground.page === null);
    }
    this.#attempt();
  }

  async send(data: unknown, { wait = true }: SendOptions = {}): Promise<void> {
    const state = this.#state;
    if (state === 'closed' || state === 'stopped')
      throw new ClientError(state, `The client is ${state}.`);
    await this.#house.outbox.add(data, wait);
  }

  cancel(reason?: string): Promise<void> {
    return this.send({ holdfast: 'cancel', ...(reason !== undefined && { reason }) });
  }

  detach(): void {
    if (this.#state !== 'closed') this.#rest('idle');
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#rest('closed');
    this.#house.emitter.clear();
  }

  #attempt(): void {
    const { ground } = this.#house;
    const now = ground.nowMs();
    const waitMs = Math.max(this.#notBefore, this.#attempts[0] + attemptWindowMs) - now;
    if (waitMs > 0) {
      this.#wait(waitMs);
      return;
    }
    this.#retry.clear();
    this.#attempts = [this.#attempts[1], now];
    const talk = new Conversation(this.#house, {
      greeted: () => {
        this.#drainMs = null;
        this.#become('open');
      },
      interrupted: () => this.#become('connecting'),
      drains: (ms) => (this.#drainMs = ms),
      ended: (close) => this.#ended(talk, close),
    });
    this.#talk = talk;
    void talk.start();
    this.#become('connecting');
  }

  #ended(talk: Conversation, linkClose: LinkClose): void {
    if (this.#talk !== talk) return;
    const { ground, settings, outbox, tokens, emitter } = this.#house;
    const { lastedMs } = talk;
    if (lastedMs !== null && lastedMs >= lastingMs) this.#failures = 0;
    const read = readClose(linkClose);
    // What was never open was not lost: it is out of reach.
    const advice = read.advice === 'resume' && lastedMs === null ? 'later' : read.advice;
    const step = nextStep({
      close: { ...read, advice, retryMs: read.retryMs ?? this.#drainMs },
      failures: this.#failures,
      random: ground.random(),
      backoff: settings.backoff,
    });
    this.#talk = this.#drainMs = null;
    if (advice === 'new-token') tokens.refuse();
    if (step.kind === 'stop') this.#rest('stopped');
    else {
      this.#failures += 1;
      this.#notBefore = ground.nowMs() + step.notBeforeMs;
      outbox.shut();
      this.#wait(step.inMs);
    }
    const retryInMs = step.kind === 'stop' ? null : step.inMs;
    emitter.emit('closed', { code: linkClose.code, reason: read.word, retryInMs });
  }

  #wait(ms: number): void {
    this.#retry.set(ms, () => this.#attempt());
    this.#become('waiting');
  }

  #wake(): void {
    if (this.#state === 'waiting') this.#attempt();
    else this.#talk?.doubt(true);
  }

  /** Ends whatever is going on, by order of the application or of the server. */
  #rest(state: 'idle' | 'stopped' | 'closed'): void {
    const { outbox, tabs, position } = this.#house;
    const talk = this.#talk;
    this.#talk = null;
    this.#notBefore = 0;
    this.#retry.clear();
    this.#watch.stop();
    talk?.leave();
    tabs?.rest();
    position.keepTicket(true);
    if (state === 'idle') outbox.shut();
    else outbox.giveUp(new ClientError(state, `The client is ${state}.`));
    this.#become(state);
  }

  #become(state: ClientState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#house.emitter.emit('state', state);
  }
}
