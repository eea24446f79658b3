/** A token as the application made it. */
export interface Token {
  /** Stands for all of it; also its `jti`. */
  readonly text: string;
  readonly userId: string;
  readonly endsAt: number;
  /** Null while nobody has revoked it. */
  revokedAt: number | null;
}

/** What the application of a run knows of its tokens. The layer keeps them as the `extra` of sessions, and never looks. */
export class TokenDesk {
  readonly #now: () => number;
  readonly #tokens: Map<string, Token> = new Map();

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(userId: string, lifeMs: number): Token {
    const text = `t${this.#tokens.size + 1}`;
    const token = { text, userId, endsAt: this.#now() + lifeMs, revokedAt: null };
    this.#tokens.set(text, token);
    return token;
  }

  find(text: string): Token | null {
    return this.#tokens.get(text) ?? null;
  }

  isInForce({ endsAt, revokedAt }: Token): boolean {
    return revokedAt === null && endsAt > this.#now();
  }

  /** What is kept with a session or a newcomer; whoever has none is never turned away. */
  isWelcome(extra: unknown): boolean {
    const token = extra as Token | null | undefined;
    return token === null || token === undefined || this.isInForce(token);
  }

  /** Revokes these tokens of a user: all, or the one of this name. */
  revoke(userId: string, text?: string): void {
    for (const token of this.#tokens.values())
      if (token.userId === userId && (text === undefined || token.text === text))
        token.revokedAt ??= this.#now();
  }
}
