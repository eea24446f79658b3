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
 * users behind one address may come back at once. An address that has failed too often is refused
 * until the rate allows another failure; one that goes on is told so at the same rate, and beyond
 * that its connections are cut as they come.
 *
 *     failures ──(rate spent)──▶ answered 429 ──(rate spent again)──▶ cut
 */
export class HandshakeRates {
  readonly #failures: ConnectRates;
  /** What came when no failure was left. */
  readonly #excess: ConnectRates;
  readonly #trust: ProxyTrust;
  readonly #now: () => number;

  constructor({ rate, trust, now }: HandshakeRatesOptions) {
    this.#failures = new ConnectRates(rate);
    this.#excess = new ConnectRates(rate);
    this.#trust = trust;
    this.#now = now;
  }

  /** When this client may try again, in ms; 0 when it may now. */
  retryAfterMs(request: IncomingMessage): number {
    const verdict = this.#failures.check(this.#keyOf(request), this.#now());
    return verdict.passed ? 0 : verdict.retryAfterMs;
  }

  /** A handshake of this client has failed. */
  charge(request: IncomingMessage): void {
    this.#spend(this.#keyOf(request));
  }

  /** A connection of this TCP peer ended before it had said who it is. */
  chargePeer(peer: string | undefined): void {
    this.#spend(this.#keyOfPeer(peer));
  }

  /**
   * True for a TCP peer that is no longer answered. Never for a trusted proxy, behind which there are
   * others.
   */
  isIgnored(peer: string | undefined): boolean {
    if (this.#excess.size === 0) return false;
    const verdict = this.#excess.check(this.#keyOfPeer(peer), this.#now());
    return !verdict.passed && !this.#trust.isProxy(peer);
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  #spend(key: string): void {
    const now = this.#now();
    if (!this.#failures.spend(key, now).passed) this.#excess.spend(key, now);
  }

  #keyOfPeer(peer: string | undefined): string {
    return rateKeyOf(this.#trust.clientAddress({ peer, forwardedFor: undefined }));
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
