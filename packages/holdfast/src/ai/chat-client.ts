/** The part of a client of holdfast/client that a chat uses. */
export interface ChatClient {
  readonly state: string;
  connect(): void;
  /** Keeps the message until the application has taken it. */
  send(data: unknown): Promise<void>;
  on(
    name: 'event',
    handler: (heard: { readonly event: string; readonly data: unknown }) => void,
  ): () => void;
  on(name: 'gap', handler: () => void): () => void;
  on(name: 'state', handler: (state: string) => void): () => void;
}
