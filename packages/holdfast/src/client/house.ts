import type { Emitter } from './emitter.ts';
import type { Ground } from './ground.ts';
import type { Dialer, SharedDialer } from './link.ts';
import type { ClientSettings } from './options.ts';
import type { Outbox } from './outbox.ts';
import type { Position } from './position.ts';
import type { TokenSource } from './token-source.ts';

/** What outlives a connection. */
export interface House {
  readonly ground: Ground;
  readonly settings: ClientSettings;
  readonly emitter: Emitter;
  readonly position: Position;
  readonly outbox: Outbox;
  readonly tokens: TokenSource;
  /** To the server, past all tabs. */
  readonly direct: Dialer;
  readonly loadTabs: LoadTabs;
  /** Null unless this client shares, and the code for that is there. */
  tabs: SharedDialer | null;
}

/** Gets the code that only those need who share: a file, or with a bundler a chunk, of its own. */
export type LoadTabs = () => Promise<{ readonly shareTabs: ShareTabs }>;

/** Makes the dialer of a client that shares its session; null where the runtime cannot. */
export type ShareTabs = (house: House) => SharedDialer | null;
