import { hashOf } from '../../core/hash.ts';
import { packedLine } from './packed-text.ts';

/** Users are spread over so many hash tags; all keys of one have the same, so that one script may touch them. */
export const partitions = 256;

/** The names of one user's keys. */
export interface UserKeys {
  /** The user as it stands in keys and messages. */
  readonly user: string;
  readonly tag: string;
  readonly record: string;
  readonly log: string;
  readonly eventIds: string;
  readonly messageIds: string;
  readonly limits: string;
}

/** The names of all keys and channels. Two deployments on one server need two prefixes. */
export class Keys {
  readonly #tags: readonly string[];
  readonly #prefix: string;
  readonly roster: readonly string[];
  readonly broadcasts: string;
  readonly revocations: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#tags = Array.from({ length: partitions }, (_, place) => `{${prefix}:${place}}`);
    const nodes = `{${prefix}:nodes}`;
    this.broadcasts = `${nodes}:broadcasts`;
    this.revocations = `${nodes}:revocations`;
    this.roster = [
      `${nodes}:generation`,
      `${nodes}:leases`,
      `${nodes}:ticket-key`,
      this.broadcasts,
    ];
  }

  of(userId: string): UserKeys {
    return this.at(hashOf(userId) % partitions, packedLine(userId));
  }

  /** @param user as it stands in keys */
  at(partition: number, user: string): UserKeys {
    const tag = this.#tags[partition] as string;
    return {
      user,
      tag,
      record: `${tag}:u:${user}`,
      log: `${tag}:l:${user}`,
      eventIds: `${tag}:i:${user}`,
      messageIds: `${tag}:m:${user}`,
      limits: `${tag}:limits`,
    };
  }

  /** The users of one partition of whom a generation holds rows. */
  held(tag: string, generation: number): string {
    return `${tag}:n:${generation}`;
  }

  heldIn(partition: number, generation: number): string {
    return this.held(this.#tags[partition] as string, generation);
  }

  /** Where another node posts words to a generation. */
  post(generation: number): string {
    return `{${this.#prefix}:to:${generation}}`;
  }

  /** Everything a generation listens to. */
  channels(generation: number): readonly string[] {
    return [...this.#tags.map((tag) => `${tag}:to:${generation}`), this.post(generation)];
  }
}
