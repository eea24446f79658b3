import { type Client, HoldfastClient } from './client.ts';
import { systemGround } from './ground.ts';
import { type ClientOptions, resolveClientOptions } from './options.ts';

export type { Client, SendOptions } from './client.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type {
  BlockingSession,
  ClientEvents,
  ClientState,
  ConnectionClosed,
  Gap,
  LimitReached,
  Ready,
  ReceivedEvent,
} from './client-events.ts';
export type { ClientOptions } from './options.ts';
export type { OutboxBounds } from './outbox.ts';
export type { PositionStorage } from './position.ts';
export type { TokenOption } from './token-source.ts';
export type { WebSocketClass } from './web-socket-class.ts';

/**
 * Makes a client. It does nothing until `connect()`.
 *
 * @typeParam Events what each event of the application brings as `data`, by its name
 * @throws UsageError `bad-option`
 */
export function createClient<Events extends object = Record<string, unknown>>(
  options: ClientOptions,
): Client<Events> {
  const settings = resolveClientOptions(options);
  return new HoldfastClient<Events>(settings, systemGround, () => import('./tabs.ts'));
}
