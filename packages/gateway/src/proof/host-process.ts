/** The process of a target that was started for the proof, to do to it what machines do to processes. */
export interface HostProcess {
  readonly pid: number;
  readonly isAlive: boolean;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
  /** Open file descriptors. */
  readonly openFiles: number;
  /** Every log line so far, parsed. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** SIGSTOP. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** SIGKILL, and resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and resolves with the exit status once it is gone; null for one that had to be killed. */
  stop(): Promise<number | null>;
}
