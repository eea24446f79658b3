/** What the client hears of the page it runs in. */
export interface PagePort {
  addEventListener(type: string, listener: (event: { readonly type: string }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly type: string }) => void): void;
  readonly document?: { readonly visibilityState?: string };
}

/** Time, chance and the page, as a port: tests bring their own. */
export interface Ground {
  /** Monotonic milliseconds. Decides everything but what follows. */
  nowMs(): number;
  /** Wall-clock milliseconds since 1970: tells when a token ends, and that the machine has slept. */
  epochMs(): number;
  after(ms: number, callback: () => void): unknown;
  cancel(handle: unknown): void;
  /** A draw from [0, 1). */
  random(): number;
  /** A text that nobody else has. */
  uniqueText(): string;
  /** Null outside of browsers. */
  readonly page: PagePort | null;
}

/** Longer ones fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The ground under a client in a browser or in Node. */
export const systemGround: Ground = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after: (ms, callback) => setTimeout(callback, Math.min(ms, longestTimerMs)),
  cancel: (handle) => {
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
  random: () => Math.random(),
  // Unlike `randomUUID`, this is there also in pages that did not come over HTTPS.
  uniqueText: () => crypto.getRandomValues(new Uint32Array(4)).join('.'),
  page: 'document' in globalThis ? (globalThis as unknown as PagePort) : null,
};
