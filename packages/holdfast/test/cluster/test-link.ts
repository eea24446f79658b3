import { StoreError } from '../../src/sessions/store/store-error.ts';
import type { LinkEnd, MemoryStoreLink } from '../../src/stores/memory/memory-store-link.ts';

/** How a link is: it works; the store does nothing until it is thawed; it is cut; acts are done and their answers are lost. */
type LinkState = 'open' | 'frozen' | 'cut' | 'mute';

/** The network between one node and the store, which can be cut, frozen and mended. */
export class TestLink implements MemoryStoreLink {
  #state: LinkState = 'open';
  #ends: LinkEnd[] = [];
  #held: (() => void)[] = [];

  attach(end: LinkEnd): void {
    this.#ends.push(end);
  }

  ask<T>(act: () => T): Promise<T> {
    switch (this.#state) {
      case 'open':
        return Promise.resolve().then(act);
      case 'cut':
        return Promise.reject(new StoreError('unreachable', 'The link is cut.'));
      case 'mute':
        return Promise.resolve().then(() => {
          act();
          return new Promise<T>(() => {});
        });
      case 'frozen':
        return new Promise<T>((resolve, reject) => {
          this.#held.push(() => {
            Promise.resolve().then(act).then(resolve, reject);
          });
        });
    }
  }

  tell(deliver: () => void): boolean {
    if (this.#state === 'cut') return false;
    if (this.#state === 'frozen') this.#held.push(deliver);
    else queueMicrotask(deliver);
    return true;
  }

  cut(): void {
    this.#state = 'cut';
    for (const end of this.#ends) end.lost(new StoreError('unreachable', 'The link is cut.'));
  }

  freeze(): void {
    this.#state = 'frozen';
  }

  /** Answers are lost from now on; what is asked is done. */
  mute(): void {
    this.#state = 'mute';
  }

  /** Works again; what was held is done now, in its order. */
  mend(): void {
    const wasCut = this.#state === 'cut';
    this.#state = 'open';
    for (const go of this.#held.splice(0)) go();
    if (wasCut) for (const end of this.#ends) end.back();
  }
}
