import type { Clock, TimerHandle } from 'holdfast';
import { judgeAnswer, type WebhookAnswer, type WebhookVerdict } from './answer-rules.ts';
import type { WebhookCall } from './webhook-call.ts';

/** How much may wait. */
export interface WebhookBounds {
  /** Tries under way at once. */
  readonly tries: number;
  /** Messages of one client, the one under way included. */
  readonly ofLane: Load;
  /** Messages of all. */
  readonly messages: Load;
  /** News of sessions, of all: they have a bound of their own, so that no flood of messages costs them their place. */
  readonly news: Load;
}

/** A number of calls and their bytes. */
export interface Load {
  readonly calls: number;
  readonly bytes: number;
}

/** What a queue works with. */
export interface WebhookQueueParts {
  readonly clock: Clock;
  readonly bounds: WebhookBounds;
  /** One try. A rejection counts as no answer. */
  readonly post: (call: WebhookCall) => Promise<WebhookAnswer>;
  /** Told after each try. Must not throw. */
  readonly tell: (call: WebhookCall, answer: WebhookAnswer, verdict: WebhookVerdict) => void;
  /** A draw from [0, 1). */
  readonly random: () => number;
}

/**
 * The calls of one client, in order: the next one only after the one before it is over. A lane is ready, under way, or
 * waits for the next try of its first call; one that is empty is no more.
 */
interface Lane {
  readonly key: string;
  readonly calls: WebhookCall[];
  /** What the messages among them amount to. */
  messages: Load;
}

const NOTHING: Load = { calls: 0, bytes: 0 };

/** Calls that wait for the application. Lanes take turns; a bounded number of tries is under way at once. */
export class WebhookQueue {
  readonly #parts: WebhookQueueParts;
  readonly #lanes: Map<string, Lane> = new Map();
  /** In the order of their turns. */
  readonly #ready: Set<Lane> = new Set();
  readonly #retrying: Map<Lane, TimerHandle> = new Map();
  #underWay = 0;
  #messages: Load = NOTHING;
  #news: Load = NOTHING;
  #isClosed = false;
  /** Called when nothing waits any more. */
  #onEmpty: (() => void) | null = null;

  constructor(parts: WebhookQueueParts) {
    this.#parts = parts;
  }

  /** How many calls wait or are under way. */
  get size(): number {
    return this.#messages.calls + this.#news.calls;
  }

  /** Takes a call in, behind those of the same client. False when there is no room for it. */
  add(key: string, call: WebhookCall): boolean {
    const lane = this.#lanes.get(key) ?? { key, calls: [], messages: NOTHING };
    if (this.#isClosed || !this.#hasRoom(lane, call)) return false;
    this.#count(lane, call, 1);
    lane.calls.push(call);
    if (lane.calls.length === 1) {
      this.#lanes.set(key, lane);
      this.#ready.add(lane);
      this.#start();
    }
    return true;
  }

  /**
   * Resolves when nothing waits any more, or this time is over: with the number of calls that are left. What waits for its
   * next try is tried at once: there may be no later.
   */
  async flush(withinMs: number): Promise<number> {
    if (this.size === 0 || withinMs <= 0) return this.size;
    for (const [lane, timer] of this.#retrying) {
      this.#parts.clock.cancel(timer);
      this.#retry(lane);
    }
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.after(withinMs, resolve);
      this.#onEmpty = () => {
        this.#parts.clock.cancel(timer);
        resolve();
      };
    });
    this.#onEmpty = null;
    return this.size;
  }

  /** Makes no further try, takes nothing in, and returns the calls that are left, in no order. */
  close(): readonly WebhookCall[] {
    this.#isClosed = true;
    for (const timer of this.#retrying.values()) this.#parts.clock.cancel(timer);
    const left = [...this.#lanes.values()].flatMap(({ calls }) => calls);
    for (const held of [this.#lanes, this.#ready, this.#retrying]) held.clear();
    this.#messages = NOTHING;
    this.#news = NOTHING;
    return left;
  }

  #hasRoom(lane: Lane, call: WebhookCall): boolean {
    const { ofLane, messages, news } = this.#parts.bounds;
    if (call.type !== 'message') return fits(this.#news, call, news);
    return fits(lane.messages, call, ofLane) && fits(this.#messages, call, messages);
  }

  #count(lane: Lane, { type, bytes }: WebhookCall, by: 1 | -1): void {
    if (type === 'message') {
      lane.messages = sum(lane.messages, bytes, by);
      this.#messages = sum(this.#messages, bytes, by);
    } else this.#news = sum(this.#news, bytes, by);
  }

  #start(): void {
    for (const lane of this.#ready) {
      if (this.#underWay >= this.#parts.bounds.tries) return;
      this.#ready.delete(lane);
      this.#underWay += 1;
      void this.#try(lane);
    }
  }

  async #try(lane: Lane): Promise<void> {
    const [call] = lane.calls;
    if (call === undefined) return;
    call.tries += 1;
    const answer = await this.#post(call);
    this.#underWay -= 1;
    if (this.#isClosed) return;
    const verdict = this.#settle(lane, call, answer);
    this.#start();
    if (this.#lanes.size === 0) this.#onEmpty?.();
    this.#parts.tell(call, answer, verdict);
  }

  async #post(call: WebhookCall): Promise<WebhookAnswer> {
    try {
      return await this.#parts.post(call);
    } catch (error) {
      // A try that could not be made is one without an answer: the lane goes on.
      return { error: error instanceof Error ? error.name : 'no answer' };
    }
  }

  #settle(lane: Lane, call: WebhookCall, answer: WebhookAnswer): WebhookVerdict {
    const { clock, random } = this.#parts;
    const verdict = judgeAnswer(answer, {
      tries: call.tries,
      ageMs: clock.nowMs() - call.queuedAt,
      epochMs: clock.epochMs(),
      draw: random(),
    });
    if (verdict.outcome === 'retry') {
      this.#retrying.set(
        lane,
        clock.after(verdict.afterMs, () => this.#retry(lane)),
      );
    } else {
      lane.calls.shift();
      this.#count(lane, call, -1);
      if (lane.calls.length === 0) this.#lanes.delete(lane.key);
      else this.#ready.add(lane);
    }
    return verdict;
  }

  #retry(lane: Lane): void {
    if (!this.#retrying.delete(lane)) return;
    this.#ready.add(lane);
    this.#start();
  }
}

function sum({ calls, bytes }: Load, added: number, by: 1 | -1): Load {
  return { calls: calls + by, bytes: bytes + added * by };
}

/** A call larger than the bound is taken where nothing else waits: otherwise it could never be. */
function fits(held: Load, { bytes }: WebhookCall, most: Load): boolean {
  return held.calls === 0 || (held.calls < most.calls && held.bytes + bytes <= most.bytes);
}
