import { Cluster, type Redis } from 'ioredis';
import type { StoreError } from '../../sessions/store/store-error.ts';
import { openCommands } from './clients.ts';
import { mastersSettled } from './cluster-masters.ts';
import { storeErrorOf, withoutArguments } from './failure.ts';
import type { RedisSettings } from './redis-options.ts';
import type { Script } from './scripts.ts';
import { warningsOf } from './warnings.ts';

type Argument = string | number;

/** The set-up of a server may be changed while it runs. */
const inspectEveryMs = 2_000;

/** Runs scripts and commands on the connection for commands. Every rejection is a StoreError. */
export class Commands {
  readonly client: Redis | Cluster;
  /** Why there is no connection, as far as somebody has said so. */
  #lastError: Error | null = null;
  /** Until the first attempt to connect has come to something; null from then on. */
  #opening: Promise<void> | null;
  #warnings: readonly string[] = [];
  #inspectedAt = 0;

  constructor(settings: RedisSettings) {
    const note = (error: Error): void => {
      this.#lastError = withoutArguments(error) as Error;
    };
    this.client = openCommands(settings, (error) => {
      const isStale = error.message.startsWith('READONLY');
      if (isStale) note(error);
      return isStale;
    });
    this.client.on('error', note);
    if (this.client instanceof Cluster) this.client.on('node error', note);
    this.client.on('ready', () => {
      this.#lastError = null;
      void this.#inspect();
    });
    this.#opening = this.#firstAttempt(settings.timeoutMs);
  }

  /** What is wrong with the server as it is set up, as last found. Whoever asks again has it looked at again. */
  get warnings(): readonly string[] {
    const isOld = performance.now() - this.#inspectedAt > inspectEveryMs;
    if (isOld && this.client.status === 'ready') void this.#inspect();
    return this.#warnings;
  }

  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.ask(async (client) => {
      try {
        return await client.evalsha(script.sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await client.eval(script.text, keys.length, ...keys, ...args);
      }
    });
  }

  /** Asks anything else of the connection. */
  async ask<T>(question: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    if (this.#opening !== null) await this.#opening;
    try {
      return await question(this.client);
    } catch (error) {
      throw this.failure(error);
    }
  }

  failure(error: unknown): StoreError {
    return storeErrorOf(error, this.client.status === 'ready' ? null : this.#lastError);
  }

  /** Whoever waits for an answer is told; resolves when nothing is left of the connection. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      // Between two attempts there is nothing whose end would be told.
      if (this.client.status === 'ready') this.client.once('end', () => resolve());
      else resolve();
      this.client.disconnect();
    });
  }

  /** Nothing is refused only because the connection is not open yet. */
  #firstAttempt(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#opening = null;
        resolve();
      };
      const { client } = this;
      const timer = setTimeout(settle, timeoutMs);
      for (const event of ['error', 'end'] as const) client.once(event, settle);
      client.once('ready', () => {
        if (client instanceof Cluster) void mastersSettled(client).then(settle);
        else settle();
      });
    });
  }

  async #inspect(): Promise<void> {
    this.#inspectedAt = performance.now();
    const { client } = this;
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    const warnings = await Promise.all(
      servers.map((server) =>
        server.info().then(
          (info) => warningsOf(info, client instanceof Cluster),
          (error: unknown) => [
            `Expected INFO to tell how Redis is set up, got: ${this.failure(error).kind}. Its eviction policy is not known.`,
          ],
        ),
      ),
    );
    this.#warnings = [...new Set(warnings.flat())];
  }
}
