import type { Emitter } from './emitter.ts';
import type { Ground } from './ground.ts';
import type { Dialer } from './link.ts';
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
  readonly dialer: Dialer;
}
