import type { UIMessage } from 'ai';
import { ChatDesk } from './chat-desk.ts';
import {
  type ChatLayer,
  type ChatOptions,
  type ChatServer,
  resolveChatOptions,
} from './chat-options.ts';

/**
 * Makes the counterpart of {@link HoldfastChatTransport} at the server.
 *
 * @throws UsageError `bad-option`
 */
export function serveChat<Message extends UIMessage = UIMessage>(
  layer: ChatLayer,
  options: ChatOptions<Message>,
): ChatServer {
  return new ChatDesk(layer, resolveChatOptions(options));
}
