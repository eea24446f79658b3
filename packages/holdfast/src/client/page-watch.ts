import type { PagePort } from './ground.ts';

/** What the client does about its page. */
export interface PageOwner {
  /** Somebody looks at the page again, or the network is back: a connection that waits comes back now. */
  wake(): void;
  /** The network is said to be gone. */
  doubt(): void;
  /** Nobody looks, or the page is about to go: what is on its way out is sent. */
  hide(): void;
  /** The page goes; it may come back by the back button. */
  leave(isLeaving: boolean): void;
}

const types = ['online', 'offline', 'visibilitychange', 'resume', 'pageshow', 'pagehide'];

/** Listens to the page while the client wants to be connected. */
export class PageWatch {
  readonly #page: PagePort | null;
  readonly #listener: (event: { readonly type: string }) => void;

  constructor(page: PagePort | null, owner: PageOwner) {
    this.#page = page;
    this.#listener = ({ type }) => {
      const isHidden = page?.document?.visibilityState === 'hidden';
      const isLeaving = type === 'pagehide';
      if (isLeaving || type === 'pageshow') owner.leave(isLeaving);
      if (type === 'offline') owner.doubt();
      else if (isLeaving || (type === 'visibilitychange' && isHidden)) owner.hide();
      else owner.wake();
    };
  }

  start(): void {
    for (const type of types) this.#page?.addEventListener(type, this.#listener);
  }

  stop(): void {
    for (const type of types) this.#page?.removeEventListener(type, this.#listener);
  }
}
