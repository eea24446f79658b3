import { readClose } from './retry.ts';
import type { TabPost } from './tab-post.ts';
import { isMessage, type RoleParts, type TabRole } from './tab-role.ts';
import { verdictFor } from './tab-verdict.ts';

/** A tab that gets its frames from the leader. It knows where it is, and says so when it misses something. */
export class FollowingTab implements TabRole {
  readonly #parts: RoleParts;
  /** The link of the leader that this tab is in step with; null while there is none. */
  #link: string | null = null;
  #seen = 0;

  constructor(parts: RoleParts) {
    this.#parts = parts;
    this.#greet();
  }

  send(text: string): void {
    const { post, id: from } = this.#parts;
    if (isMessage(text)) post({ kind: 'send', text });
    else if (text.startsWith('{"type":"ping"')) post({ kind: 'ping', from });
  }

  hear(post: TabPost): void {
    const { id, owner } = this.#parts;
    if ('to' in post && post.to !== id) return;
    switch (post.kind) {
      case 'leading':
        this.#leave();
        return this.#greet();
      case 'ready':
        return this.#judge(post);
      case 'welcome':
        return this.#join(post);
      case 'placed':
        return this.#take(post);
      case 'frame':
        if (this.#link !== null) owner.received(post.text);
        return;
      case 'pong':
        return owner.received('{"type":"pong"}');
      case 'down':
        return this.#down(post);
      case 'hello':
      case 'send':
      case 'ping':
        break;
    }
  }

  end(): void {
    this.#link = null;
  }

  #greet(): void {
    const { post, id: from, position } = this.#parts;
    post({ kind: 'hello', from, place: position.place });
  }

  #judge({ link, frame, brought }: Extract<TabPost, { kind: 'ready' }>): void {
    const resume = verdictFor(this.#parts.position.place, frame, brought);
    if (resume === null) this.#greet();
    else this.#join({ link, frame: { ...frame, resume } });
  }

  /** A `hello` that crosses the `ready` is answered too: a link is joined once. */
  #join({ link, frame }: Pick<Extract<TabPost, { kind: 'welcome' }>, 'link' | 'frame'>): void {
    if (this.#link === link) return;
    this.#link = link;
    this.#seen = frame.offset;
    this.#parts.owner.received(JSON.stringify(frame));
  }

  #take({ link, before, offset, text }: Extract<TabPost, { kind: 'placed' }>): void {
    if (link !== this.#link) return;
    if (before > this.#seen) {
      this.#link = null;
      this.#greet();
      return;
    }
    this.#seen = offset;
    this.#parts.owner.received(text);
  }

  /** What only the leader can do something about is waited for; what nobody can ends this client too. */
  #down({ close }: Extract<TabPost, { kind: 'down' }>): void {
    const { advice, retryMs } = readClose(close);
    const isEnd =
      advice === 'stop' || advice === 'none' || (advice === 'on-request' && retryMs === null);
    if (isEnd) this.#parts.owner.closed(close);
    else this.#leave();
  }

  #leave(): void {
    this.#link = null;
    this.#parts.owner.interrupted();
  }
}
