import type { House } from './house.ts';
import type { LinkOwner } from './link.ts';
import type { TabPost } from './tab-post.ts';

/** What a tab does for its client: it leads, or it follows. */
export interface TabRole {
  /** A frame of the client. */
  send(text: string): void;
  /** What another tab said. */
  hear(post: TabPost): void;
  end(isDead: boolean): void;
}

/** What a role works with. */
export interface RoleParts extends House {
  /** Of this tab. */
  readonly id: string;
  readonly owner: LinkOwner;
  readonly post: (post: TabPost) => void;
}

/** Whether a frame of the client is one of messages; the others are about its own connection. */
export function isMessage(text: string): boolean {
  return text.startsWith('{"type":"message"');
}
