import type { StoreData } from './store-data.ts';

/** How many of each kind are looked at with every act. */
const share = 2;

/** Goes round through what is forgotten some time, a little with each act, so that what nobody asks for goes as well. */
export class LookingOver {
  readonly #rounds: readonly Round[];

  constructor({ users, messages }: StoreData) {
    this.#rounds = [new Round(users), new Round(messages)];
  }

  /** Looks at a few more. */
  goOn(nowMs: number): void {
    for (const round of this.#rounds) round.goOn(nowMs);
  }
}

class Round {
  readonly #all: Map<string, { readonly forgetAtMs: number }>;
  #place: Iterator<[string, { readonly forgetAtMs: number }]>;

  constructor(all: Map<string, { readonly forgetAtMs: number }>) {
    this.#all = all;
    this.#place = all.entries();
  }

  goOn(nowMs: number): void {
    for (let left = share; left > 0; left -= 1) {
      const next = this.#place.next();
      if (next.done === true) {
        this.#place = this.#all.entries();
        return;
      }
      const [user, { forgetAtMs }] = next.value;
      if (forgetAtMs <= nowMs) this.#all.delete(user);
    }
  }
}
