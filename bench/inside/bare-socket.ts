import type { LeapingClock } from './leaping-clock.ts';
import {
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
  type TransportState,
} from 'holdfast';

/** A socket that takes everything and costs next to nothing. Its peer answers pings with the next poll, or never. */
export class BareSocket implements SessionSocket {
  readonly #clock: LeapingClock;
  owner: SocketOwner = nobody;
  readonly canPing: boolean = true;
  isMute: boolean;
  isOpen = true;
  pings = 0;

  constructor(clock: LeapingClock, isMute: boolean) {
    this.#clock = clock;
    this.isMute = isMute;
  }

  transport(): TransportState {
    return this.isOpen ? 'open' : 'closed';
  }

  send(): SendOutcome {
    return 'ok';
  }

  ping(mark: number): void {
    this.pings += 1;
    if (!this.isMute) this.#clock.inPoll(() => this.owner.ponged(mark));
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#clock.inPoll(() => this.owner.gone());
  }
}
