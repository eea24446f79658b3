/** A class of WebSockets: the one of browsers, or that of the `ws` package. */
export type WebSocketClass = new (
  url: string,
  protocols?: string[],
) => {
  send(data: string): void;
  close(code?: number, reason?: string): void;
};
