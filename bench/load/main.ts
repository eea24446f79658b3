import type { ReadyFrame } from 'holdfast';
import { answerParent } from '../processes/answer.ts';
import { machineMs } from '../server/duties.ts';
import type { Connected, Connecting, LoadDuties } from './duties.ts';
import { clientFrame, Peer, type PeerListener } from './peer.ts';

/** Source addresses to spread over, so that no run is short of ports; elsewhere only one is there. */
const sourceAddresses = process.platform === 'linux' ? 16 : 0;

let peers: Peer[] = [];
/** Who was cut last, as it comes back. */
let cut: readonly { readonly user: string; readonly resume: string }[] = [];
let made = 0;
let messages = 0;
let burstFrame: Buffer | null = null;
let burst = 0;
let awaited: { readonly count: number; readonly reached: (atMs: number) => void } | null = null;
let talkers: Peer[] = [];
let talking: NodeJS.Timeout | null = null;

/** One batch of connections under way. */
class Batch implements PeerListener {
  readonly #plan: Connecting;
  readonly #done: (outcome: Connected) => void;
  readonly #startedAt = performance.now();
  readonly #upgradeMs: number[] = [];
  readonly #firstFrameMs: number[] = [];
  #begun = 0;
  #opened = 0;
  #refused = 0;

  constructor(plan: Connecting, done: (outcome: Connected) => void) {
    this.#plan = plan;
    this.#done = done;
    if (plan.concurrency === null) this.#pace(plan.perSecond ?? 1_000);
    for (let one = 0; one < (plan.concurrency ?? 0); one += 1) this.#begin();
  }

  /** Begins what is due each millisecond, so that a slow answer puts nobody's start off. */
  #pace(perSecond: number): void {
    const timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) * perSecond) / 1_000;
      while (this.#begun < Math.min(due, this.#plan.count)) this.#begin();
      if (this.#begun === this.#plan.count) clearInterval(timer);
    }, 1);
  }

  upgraded(peer: Peer): void {
    this.#upgradeMs.push(performance.now() - peer.startedAtMs);
    if (this.#plan.until === 'upgraded') this.#settled(true);
  }

  message(peer: Peer): void {
    messages += 1;
    if (peer.messages === awaitedOf(this.#plan)) {
      this.#firstFrameMs.push(performance.now() - peer.startedAtMs);
      if (this.#plan.isMute === true) peer.freeze();
      this.#settled(true);
    }
    if (peer.awaited > 0) {
      peer.awaited -= 1;
      if (peer.awaited === 0) sendBurst(peer);
    }
    if (awaited !== null && messages >= awaited.count) {
      awaited.reached(machineMs());
      awaited = null;
    }
  }

  closed(peer: Peer): void {
    const { until } = this.#plan;
    const isSettled =
      until === 'upgraded' ? peer.isUpgraded : peer.messages >= awaitedOf(this.#plan);
    if (isSettled) return;
    this.#firstFrameMs.push(performance.now() - peer.startedAtMs);
    this.#settled(false);
  }

  #begin(): void {
    const { port, prefix, first = 0, perUser, count, isResuming } = this.#plan;
    if (this.#begun === count) return;
    const name = `${prefix}${first + Math.floor(this.#begun / perUser)}`;
    const { user, resume } = (isResuming === true ? cut[this.#begun] : null) ?? {
      user: name,
      resume: '',
    };
    this.#begun += 1;
    made += 1;
    const localAddress =
      sourceAddresses === 0 ? undefined : `127.0.1.${1 + (made % sourceAddresses)}`;
    peers.push(new Peer({ port, user, resume, localAddress }, this));
  }

  #settled(isOpen: boolean): void {
    if (isOpen) this.#opened += 1;
    else this.#refused += 1;
    if (this.#plan.concurrency !== null) this.#begin();
    if (this.#opened + this.#refused < this.#plan.count) return;
    this.#done({
      ms: performance.now() - this.#startedAt,
      opened: this.#opened,
      refused: this.#refused,
      upgradeMs: this.#upgradeMs,
      firstFrameMs: this.#firstFrameMs,
    });
  }
}

/** With which message a connection is open; 0 for none. */
function awaitedOf({ until }: Connecting): number {
  if (until === 'upgraded') return 0;
  return until === 'first-frame' ? 1 : until;
}

/** What a client brings back that has read its greeting. */
function returning({ greeting }: Peer): { readonly user: string; readonly resume: string } {
  const { user, ticket, epoch, offset } = JSON.parse(greeting) as ReadyFrame;
  const resume = `&resume=${encodeURIComponent(ticket)}&epoch=${epoch}&offset=${offset}`;
  return { user, resume };
}

function sendBurst(peer: Peer): void {
  if (burstFrame === null) return;
  peer.awaited = burst;
  peer.socket.write(burstFrame);
}

const duties: LoadDuties = {
  connect: (plan) => new Promise((resolve) => void new Batch(plan, resolve)),
  echo: (text, count) => {
    const frame = clientFrame(Buffer.from(text));
    burst = count;
    burstFrame = Buffer.concat(Array.from({ length: count }, () => frame));
    for (const peer of peers) sendBurst(peer);
  },
  stop: () => {
    burstFrame = null;
    if (talking !== null) clearInterval(talking);
    talking = null;
  },
  received: () => ({
    messages,
    pings: peers.reduce((sum, { pings }) => sum + pings, 0),
    open: peers.filter(({ isClosed }) => !isClosed).length,
  }),
  awaitMessages: (count) =>
    new Promise((resolve) => {
      if (messages >= count) resolve(machineMs());
      else awaited = { count, reached: resolve };
    }),
  talk: ({ count, text, everyMs }) => {
    const frame = clientFrame(Buffer.from(text));
    talkers = peers.slice(0, count);
    const speak = (): void => {
      for (const { socket } of talkers) socket.write(frame);
    };
    talking = setInterval(speak, everyMs);
    speak();
  },
  pingsOfTalkers: () => talkers.reduce((sum, { pings }) => sum + pings, 0),
  drop: async () => {
    const leaving = peers;
    peers = [];
    cut = leaving.filter(({ greeting }) => greeting.startsWith('{"type":"ready"')).map(returning);
    for (const { socket } of leaving) socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
};

answerParent(duties);
