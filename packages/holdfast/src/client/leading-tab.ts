import type { ReadyFrame, ResumeVerdict } from '../protocol/frames.ts';
import { Alarm } from './alarm.ts';
import type { ClientError } from './client-error.ts';
import type { Link, LinkOwner } from './link.ts';
import type { Place } from './position.ts';
import { RecentFrames } from './recent-frames.ts';
import { Relay } from './relay.ts';
import type { LinkClose } from './retry.ts';
import type { TabPost } from './tab-post.ts';
import { isMessage, type RoleParts, type TabRole } from './tab-role.ts';
import { furtherBack, verdictFor } from './tab-verdict.ts';

/** The frames that concern other tabs too. */
type Frame =
  | ReadyFrame
  | { readonly type: 'event' | 'gap'; readonly offset: number }
  | { readonly type: 'accepted' | 'error'; readonly id?: string }
  | { readonly type: 'drain' };

/** A connection is dialed anew for a tab that is behind not more often than this. */
const dialIntervalMs = 1_000;

/** The tab that has the connection, and shares what comes over it. */
export class LeadingTab implements TabRole, LinkOwner {
  readonly #parts: RoleParts;
  readonly #relay: Relay;
  readonly #alarm: Alarm;
  #link: Link | null = null;
  /** Of the link: a tab in step with an older one is not in step with this. */
  #name = '';
  #ready: ReadyFrame | null = null;
  /** Where the session was asked to read on, and the last place it has brought. */
  #brought: Place | null = null;
  #at = 0;
  #recent: RecentFrames = new RecentFrames();
  /** The place furthest back that a tab still needs. */
  #wanted: Place | null = null;
  #dialedAt = 0;

  constructor(parts: RoleParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.ground);
    this.#relay = new Relay(parts.ground, (text) => this.#link?.send(text));
    parts.post({ kind: 'leading' });
    this.#dial(parts.position.place);
  }

  send(text: string): void {
    if (!isMessage(text)) this.#link?.send(text);
    else this.#pass(text);
  }

  hear(post: TabPost): void {
    if (post.kind === 'hello') this.#admit(post);
    else if (post.kind === 'send') this.#pass(post.text);
    else if (post.kind === 'ping') this.#parts.post({ kind: 'pong', to: post.from });
  }

  end(isDead: boolean): void {
    this.#rest();
    this.#link?.close(isDead);
    this.#link = null;
  }

  received(text: string): void {
    const { owner, post } = this.#parts;
    const frame = read(text);
    switch (frame?.type) {
      case 'ready':
        return this.#greet(frame);
      case 'event':
      case 'gap':
        this.#share(frame.offset, text);
        break;
      case 'accepted':
      case 'error':
        if (frame.id === undefined) break;
        post({ kind: 'frame', text });
        this.#relay.answered(frame.id);
        break;
      case 'drain':
        post({ kind: 'frame', text });
        break;
      case undefined:
        break;
    }
    owner.received(text);
  }

  interrupted(): void {
    this.#parts.owner.interrupted();
  }

  closed(close: LinkClose, error?: ClientError): void {
    this.#rest();
    this.#parts.post({ kind: 'down', close });
    this.#parts.owner.closed(close, error);
  }

  #dial(place: Place | null): void {
    const { direct, ground } = this.#parts;
    this.#rest();
    this.#link?.close(false);
    this.#name = ground.uniqueText();
    this.#brought = place;
    this.#wanted = null;
    this.#dialedAt = ground.nowMs();
    this.#link = place === null ? direct.dial(this) : direct.dial(this, place);
  }

  #rest(): void {
    this.#ready = null;
    this.#relay.clear();
    this.#alarm.clear();
  }

  #greet(frame: ReadyFrame): void {
    const { post, owner, position } = this.#parts;
    this.#ready = frame;
    this.#at = frame.offset;
    this.#recent = new RecentFrames();
    post({ kind: 'ready', link: this.#name, frame, brought: this.#brought });
    const resume = verdictFor(position.place, frame, this.#brought) ?? frame.resume;
    owner.received(JSON.stringify({ ...frame, resume }));
  }

  #share(offset: number, text: string): void {
    const placed = { before: this.#at, offset, text };
    this.#at = offset;
    this.#recent.add(placed);
    this.#parts.post({ kind: 'placed', link: this.#name, ...placed });
  }

  /** A tab has come, or has noticed that it misses something. */
  #admit({ from: to, place }: Extract<TabPost, { kind: 'hello' }>): void {
    // With the next `ready` each tab sees for itself whether it is in.
    if (this.#ready === null) return;
    const { epoch } = this.#ready;
    const offset = Math.min(place?.offset ?? this.#at, this.#at);
    const isReached = place === null || (place.epoch === epoch && offset >= this.#ready.offset);
    const missed = isReached ? this.#recent.after(offset) : null;
    if (missed === null) {
      this.#dialFor(place ?? { epoch, offset });
      return;
    }
    const { post } = this.#parts;
    const link = this.#name;
    const resume = place === null ? ({ outcome: 'new' } as const) : withReplay(missed.length);
    post({ kind: 'welcome', to, link, frame: { ...this.#ready, offset, resume } });
    for (const placed of missed) post({ kind: 'placed', to, link, ...placed });
  }

  /** The server still has what this tab has not: all read on from there, and each skips what it knows. */
  #dialFor(place: Place): void {
    this.#wanted = furtherBack(this.#wanted, place);
    if (this.#alarm.isSet) return;
    const { ground } = this.#parts;
    const waitMs = this.#dialedAt + dialIntervalMs - ground.nowMs();
    this.#alarm.set(Math.max(waitMs, 0), () => this.#dial(this.#wanted));
  }

  #pass(text: string): void {
    if (this.#ready === null || this.#relay.add(text)) return;
    const { id } = JSON.parse(text) as { readonly id: string };
    const code = 'too-many-messages';
    const message = 'The messages of all tabs together are more than one session may send.';
    this.received(JSON.stringify({ type: 'error', code, message, id }));
  }
}

function withReplay(replayed: number): ResumeVerdict {
  return replayed === 0 ? { outcome: 'lossless' } : { outcome: 'replayed', replayed };
}

/** Null for what is no frame: the client reports it. */
function read(text: string): Frame | null {
  try {
    return JSON.parse(text) as Frame | null;
  } catch {
    return null;
  }
}
