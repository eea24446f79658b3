import type { Redis } from 'ioredis';
import type { PlannedLink } from './subscription-plan.ts';

/** What a link does for whoever opened it. */
export interface LinkDuties {
  heard(text: string): void;
  /** It is over, once. */
  ended(link: Link, error: Error): void;
}

/** What is posted through a link to see that it carries. */
export const markText = 'mark';

/** One connection that is subscribed to some channels, from its opening to its end. */
export class Link {
  readonly planned: PlannedLink;
  readonly #client: Redis;
  readonly #duties: LinkDuties;
  /** Marks that were sent since it was last heard of. */
  silentMarks = 0;
  #isOver = false;
  #lastError: Error = new Error('Redis has ended the connection for messages.');

  constructor(client: Redis, planned: PlannedLink, duties: LinkDuties) {
    this.#client = client;
    this.planned = planned;
    this.#duties = duties;
    client.on('error', (error: Error) => {
      this.#lastError = error;
    });
    client.on('end', () => this.cut(this.#lastError));
    // A slot of a Redis Cluster has gone to another server.
    client.on('moved', () => this.cut(new Error('A channel has moved to another server.')));
    client.on('smessage', (_channel: string, text: string) => this.#heard(text));
  }

  /** Connects and subscribes to everything. */
  async open(): Promise<void> {
    const { address, channels } = this.planned;
    try {
      await this.#client.connect();
      // Of a Redis Cluster, one command may name channels of one slot only.
      if (address === null) await this.#client.ssubscribe(...channels);
      else await Promise.all(channels.map((channel) => this.#client.ssubscribe(channel)));
      this.silentMarks = 0;
    } catch (error) {
      this.cut(error instanceof Error ? error : this.#lastError);
      throw error;
    }
  }

  /** Ends it, since it does not carry any more. */
  cut(error: Error): void {
    if (this.#isOver) return;
    this.end();
    this.#duties.ended(this, error);
  }

  /** Ends it, since nobody needs it. */
  end(): void {
    this.#isOver = true;
    this.#client.disconnect();
  }

  #heard(text: string): void {
    if (this.#isOver) return;
    this.silentMarks = 0;
    if (text !== markText) this.#duties.heard(text);
  }
}
