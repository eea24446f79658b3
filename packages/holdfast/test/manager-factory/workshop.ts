import type { SessionEvent } from 'holdfast';
import {
  type CreateManagerRequest,
  type LogFields,
  type ManagerFactoryOptions,
  ManagerLimitError,
  type WebSocketManager,
  WebSocketManagerFactory,
} from 'holdfast/manager-factory';
import { FakeSocket, ManualClock } from 'holdfast/testing';

/** A line a factory has told its logger. */
export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A manager and the socket it runs on. */
export interface Made {
  readonly manager: WebSocketManager;
  readonly socket: FakeSocket;
}

/** A factory on a manual clock, with everything it tells written down. */
export class Workshop {
  readonly clock: ManualClock = new ManualClock();
  readonly lines: Line[] = [];
  readonly events: SessionEvent[] = [];
  readonly factory: WebSocketManagerFactory;

  /** @param timerError thrown by the clock whenever a timer is set, from the start until it is lifted */
  constructor(options: ManagerFactoryOptions = {}, timerError: Error | null = null) {
    this.clock.timerError = timerError;
    const write = (level: Line['level']) => (message: string, fields: LogFields) => {
      this.lines.push({ level, message, fields });
    };
    this.factory = new WebSocketManagerFactory({
      environment: 'test',
      logger: { info: write('info'), warn: write('warn'), error: write('error') },
      metrics: (event) => this.events.push(event),
      ...options,
      clock: this.clock,
    });
  }

  /** A manager with a socket; there must be room. */
  async make(userId: string, rest: Partial<CreateManagerRequest> = {}): Promise<Made> {
    const socket = new FakeSocket(this.clock);
    return { manager: await this.factory.createManager({ userId, socket, ...rest }), socket };
  }

  /** Several of them. */
  async fill(userId: string, count: number): Promise<Made[]> {
    return Promise.all(Array.from({ length: count }, () => this.make(userId)));
  }

  /** Asks for a manager and lets time pass until it is decided. */
  async ask(request: CreateManagerRequest): Promise<WebSocketManager | Error> {
    const answers: (WebSocketManager | Error)[] = [];
    void this.factory.createManager(request).then(
      (manager) => answers.push(manager),
      (error: unknown) => answers.push(error as Error),
    );
    for (let step = 0; step < 100 && answers.length === 0; step += 1) await this.clock.settle(50);
    const [answer] = answers;
    if (answer === undefined) throw new Error('createManager was not settled within 5 s');
    return answer;
  }

  /** Asks for a manager that has to be refused for lack of a slot. */
  async askInVain(userId: string): Promise<ManagerLimitError> {
    const answer = await this.ask({ userId, socket: new FakeSocket(this.clock) });
    if (answer instanceof ManagerLimitError) return answer;
    throw new Error('expected a ManagerLimitError', { cause: answer });
  }

  /** The user's managers stop answering, and so long passes that they are late when their slot is needed. */
  freeze(made: readonly Made[]): void {
    for (const { socket } of made) socket.isFrozen = true;
    this.clock.advance(7_000);
  }

  /** The events of one type, in order. */
  told<T extends SessionEvent['type']>(type: T): Extract<SessionEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<SessionEvent, { type: T }> => event.type === type,
    );
  }

  /** How often this was told to the logger. */
  countLines(message: string): number {
    return this.lines.filter((line) => line.message === message).length;
  }
}

/** A generator of numbers from [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
