import type { StoreBench } from '../store-contract/bench.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { PlainWords } from './plain.ts';
import { GenerationBook, StreamSlot } from './stream-slot.ts';

/** A session a stream has asked for. */
export interface StreamSession {
  readonly session: number;
  readonly lineage: number;
  /** Who asked for it. */
  readonly slot: StreamSlot | null;
}

const users = ['ada', '__proto__', 'a\ud800'] as const;
const slotCount = 3;

/** What a stream knows while it is played: only what it was told, so that two stores that agree are played the same. */
export class StreamWorld {
  readonly bench: StoreBench;
  readonly book: GenerationBook = new GenerationBook();
  readonly plain: PlainWords = new PlainWords(this.book);
  readonly slots: StreamSlot[] = [];
  readonly #sessions: Map<string, StreamSession[]> = new Map(users.map((user) => [user, []]));
  readonly epochs: string[] = ['none'];
  #handles = 1_000;
  #epochs = 0;

  private constructor(bench: StoreBench) {
    this.bench = bench;
  }

  /** Connects every process of the stream. */
  static async open(bench: StoreBench): Promise<StreamWorld> {
    const world = new StreamWorld(bench);
    for (let place = 0; place < slotCount; place += 1) {
      const slot = new StreamSlot(await bench.connect());
      world.slots.push(slot);
      await world.join(slot);
    }
    return world;
  }

  /** Takes another generation for a process; it hears nothing more of the former. */
  async join(slot: StreamSlot): Promise<Awaited<ReturnType<StreamSlot['store']['join']>>> {
    await this.bench.settle();
    const answer = await slot.store.join({ name: 'node', url: '', isDraining: false });
    Object.assign(slot, { node: this.book.enter(answer.generation) });
    this.hear(slot, answer);
    await slot.store.listen(answer.generation, slot);
    return answer;
  }

  /** A process hears who is alive. */
  hear(
    slot: StreamSlot,
    { live, broadcasts }: Pick<Awaited<ReturnType<StreamWorld['join']>>, 'live' | 'broadcasts'>,
  ): void {
    Object.assign(slot, {
      broadcasts,
      live: {
        upTo: this.book.inStream(live.upTo),
        generations: live.generations.map((one) => this.book.inStream(one)),
      },
    });
  }

  slot(random: SeededRandom): StreamSlot {
    return this.slots[random.between(0, slotCount - 1)] as StreamSlot;
  }

  user(random: SeededRandom): string {
    return random.oneOf(users);
  }

  /** Of a user, those it has asked for, oldest first. */
  sessionsOf(user: string): readonly StreamSession[] {
    return this.#sessions.get(user) ?? [];
  }

  /** One of the last few of a user, or one that never was. */
  session(user: string, random: SeededRandom): StreamSession {
    const last = this.sessionsOf(user).slice(-8);
    const none: StreamSession = { session: 7, lineage: 7, slot: null };
    return random.chance(0.05) ? none : (random.pick(last) ?? none);
  }

  asked(user: string, session: StreamSession): void {
    this.#sessions.get(user)?.push(session);
  }

  nextHandle(): number {
    this.#handles += 1;
    return this.#handles;
  }

  nextEpoch(): string {
    this.#epochs += 1;
    const epoch = `e${this.#epochs}`;
    this.epochs.push(epoch);
    return epoch;
  }
}
