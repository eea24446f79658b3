export type { AnswerBounds } from './answer-book.ts';
export type { ChatClient } from './chat-client.ts';
export { ChatError, type ChatErrorCode } from './chat-error.ts';
export type {
  AnswerRequest,
  ChatLayer,
  ChatOptions,
  ChatServer,
  ChatSession,
} from './chat-options.ts';
export { type ChatTransportOptions, HoldfastChatTransport } from './chat-transport.ts';
export type {
  ChatEndStatus,
  ChatEvents,
  ChatOrder,
  ChatRefusal,
  ChatTrigger,
} from './chat-wire.ts';
export { serveChat } from './serve-chat.ts';
