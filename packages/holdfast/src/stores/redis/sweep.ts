import type { Actor } from '../../sessions/store/acts.ts';
import type { SweepSlice } from '../../sessions/store/cluster-store.ts';
import type { Commands } from './commands.ts';
import { type Keys, partitions } from './keys.ts';
import { unpacked } from './packed-text.ts';
import type { Script } from './scripts.ts';

/** Partitions that are looked at in one slice, and users in one script. */
const partitionsOfSlice = 16;
const usersOfScript = 100;

/** Goes through the users that are listed with a generation. */
export class Sweep {
  readonly #commands: Commands;
  readonly #keys: Keys;
  readonly #script: Script;

  constructor(commands: Commands, keys: Keys, script: Script) {
    this.#commands = commands;
    this.#keys = keys;
    this.#script = script;
  }

  /** @param cursor the first partition of the slice; empty for the first of all */
  async slice(node: number, { live }: Actor, cursor: string): Promise<SweepSlice> {
    const from = Number(cursor);
    const isGone = node <= live.upTo && !live.generations.includes(node);
    const places = Array.from(
      { length: Math.min(partitionsOfSlice, partitions - from) },
      (_, place) => from + place,
    );
    const looks = await Promise.all(
      places.map((place) => this.#sweepPartition(place, node, isGone)),
    );
    const next = from + places.length;
    return {
      users: looks.flatMap(({ users }) => users),
      removed: looks.reduce((sum, { removed }) => sum + removed, 0),
      next: next < partitions ? String(next) : null,
    };
  }

  async #sweepPartition(
    place: number,
    node: number,
    isGone: boolean,
  ): Promise<Pick<SweepSlice, 'users' | 'removed'>> {
    const list = this.#keys.heldIn(place, node);
    const users = new Set<string>();
    let removed = 0;
    let cursor = '0';
    do {
      const [next, listed] = await this.#commands.ask((client) =>
        client.sscan(list, cursor, 'COUNT', usersOfScript),
      );
      cursor = next;
      if (listed.length === 0) continue;
      const keys = listed.flatMap((user) => {
        const { record, log, eventIds } = this.#keys.at(place, user);
        return [record, log, eventIds];
      });
      const answer = await this.#commands.run(
        this.#script,
        [list, ...keys],
        [node, isGone ? '1' : '', ...listed],
      );
      const [count, ...found] = answer as [number, ...string[]];
      removed += count;
      for (const user of found) users.add(unpacked(user));
    } while (cursor !== '0');
    return { users: [...users], removed };
  }
}
