import { ClientError } from './client-error.ts';
import type { Ground } from './ground.ts';

/** A token, or where to get one: called again whenever the last one is refused, or near its end. */
export type TokenOption = string | (() => string | PromiseLike<string>);

/** The parts of a JWT that the client reads. It verifies nothing: that is the server's part. */
interface Claims {
  readonly sub?: unknown;
  readonly exp?: unknown;
  readonly iat?: unknown;
}

/** A token is replaced when this part of its life is left. */
const restOfLife = 0.2;

/** Where tokens come from, and how long the one at hand lives. */
export class TokenSource {
  readonly #option: TokenOption | undefined;
  readonly #ground: Ground;
  #token: string | null = null;
  #refused: string | null = null;
  #expiresAt: number = Number.POSITIVE_INFINITY;
  #lifeMs = 0;
  /** The user the token at hand is for; undefined where it does not say. */
  user: unknown;

  constructor(option: TokenOption | undefined, ground: Ground) {
    this.#option = option;
    this.#ground = ground;
  }

  /** The token at hand where it is still good for a while; null where the client has none to show. */
  async current(): Promise<string | null> {
    if (this.#option === undefined) return null;
    const isDue = this.#leftMs <= restOfLife * this.#lifeMs;
    return this.#token === null || isDue ? this.fetch() : this.#token;
  }

  /**
   * Asks the provider.
   *
   * @throws ClientError `token-failed`; `unauthorized` when it gives the one that was refused
   */
  async fetch(): Promise<string> {
    const option = this.#option;
    let token: unknown;
    try {
      token = typeof option === 'function' ? await option() : option;
    } catch (cause) {
      throw new ClientError('token-failed', 'The token provider threw.', { cause });
    }
    if (typeof token !== 'string' || token === '')
      throw new ClientError('token-failed', 'Expected `token` to give a text.');
    if (token === this.#refused)
      throw new ClientError('unauthorized', 'The server has refused this token before.');
    return token;
  }

  /** @returns whether it is another one than before */
  take(token: string | null): boolean {
    if (token === this.#token || token === null) return false;
    this.#token = token;
    const { sub, exp, iat } = claimsOf(token);
    this.user = sub;
    this.#expiresAt = Number.POSITIVE_INFINITY;
    if (typeof exp === 'number')
      this.extend(exp * 1000, typeof iat === 'number' ? iat * 1000 : null);
    return true;
  }

  /** The end of the token at hand, by the server's clock. */
  extend(expiresAt: number, issuedAt: number | null = null): void {
    this.#expiresAt = expiresAt;
    this.#lifeMs = expiresAt - (issuedAt ?? this.#ground.epochMs());
  }

  refuse(): void {
    this.#refused = this.#token;
    this.#token = null;
  }

  /** How long until the token should be replaced; Infinity where nobody knows, as with a clock that is wrong. */
  get renewInMs(): number {
    return this.#leftMs <= 0 ? Number.POSITIVE_INFINITY : this.#leftMs - restOfLife * this.#lifeMs;
  }

  get #leftMs(): number {
    return this.#expiresAt - this.#ground.epochMs();
  }
}

function claimsOf(token: string): Claims {
  try {
    const [, payload = ''] = token.split('.');
    const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
    return (JSON.parse(text) as Claims | null) ?? {};
  } catch {
    // Not a JWT: nothing is known of its end, and the server will say when it is over.
    return {};
  }
}
