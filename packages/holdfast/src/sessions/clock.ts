/** A timer that has been set, to be handed back to {@link Clock.cancel}. */
export type TimerHandle = unknown;

/** Time and the event loop, as a port: tests and the simulator bring their own. */
export interface Clock {
  /** Monotonic milliseconds from any origin, with fractions. Decides everything. */
  nowMs(): number;
  /** Wall-clock milliseconds since 1970. Only ever told to people and clients. */
  epochMs(): number;
  /** Calls back once, after at least this long. Must not keep the process alive. */
  after(ms: number, callback: () => void): TimerHandle;
  cancel(handle: TimerHandle): void;
  /** Calls back once the event loop has polled its sockets after this call. */
  afterPoll(callback: () => void): void;
}

/** The clock of the process. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after: (ms, callback) => setTimeout(callback, ms).unref(),
  cancel: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
  afterPoll: (callback) => {
    setImmediate(callback);
  },
};
