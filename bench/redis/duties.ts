/** What one round against a Redis came to. */
export interface RedisRound {
  /** One at a time, milliseconds. */
  readonly pingP50Ms: number;
  readonly admitP50Ms: number;
  /** Fifty at a time: how many came back in a second, and what each took of the processor of Redis, microseconds. */
  readonly perSecond: number;
  readonly coreUs: number;
  /** The same of PING, which is nearly all reading and writing. */
  readonly pingCoreUs: number;
}

/** What the process that asks a Redis can be asked. */
export type RedisDuties = {
  round: (url: string, acts: number) => Promise<RedisRound>;
};
