import { ConnectRates, type RateLimit } from 'holdfast';
import type { IncomingMessage } from 'node:http';
import { type ProxyTrust, rateKeyOf } from '../address.ts';

/** What the rates are kept with. */
export interface HandshakeRatesOptions {
  readonly rate: RateLimit;
  readonly trust: ProxyTrust;
  /** Monotonic ms. */
  readonly now: () => number;
}

/**
 * Failed and unfinished handshakes per address. Those that succeed cost nothing, so that a thousand
 * users behind one address may come back at once; an address that has failed too often is refused
 * until the rate allows another failure.
 */
export class HandshakeRates {
  readonly #rates: ConnectRates;
  readonly #trust: ProxyTrust;
  readonly #now: () => number;

  constructor({ rate, trust, now }: HandshakeRatesOptions) {
    this.#rates = new ConnectRates(rate);
    this.#trust = trust;
    this.#now = now;
  }

  /** When this client may try again, in ms; 0 when it may now. */
  retryAfterMs(request: IncomingMessage): number {
    const verdict = this.#rates.check(this.#keyOf(request), this.#now());
    return verdict.passed ? 0 : verdict.retryAfterMs;
  }

  /** A handshake of this client has failed. */
  charge(request: IncomingMessage): void {
    this.#rates.spend(this.#keyOf(request), this.#now());
  }

  /** A connection of this TCP peer ended before it had said who it is. */
  chargePeer(peer: string | undefined): void {
    const address = this.#trust.clientAddress({ peer, forwardedFor: undefined });
    this.#rates.spend(rateKeyOf(address), this.#now());
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#rates.size;
  }

  #keyOf({ socket, headers }: IncomingMessage): string {
    const forwardedFor = headers['x-forwarded-for'];
    const evidence = {
      peer: socket.remoteAddress,
      forwardedFor: Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor,
    };
    return rateKeyOf(this.#trust.clientAddress(evidence));
  }
}
