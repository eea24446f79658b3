import type { Token } from './simulated-tokens.ts';

/** A newer token that the application has been asked about. */
export interface Judgement {
  /** What it is worth; null where it is not good. */
  readonly token: Token | null;
  readonly askedAt: number;
  /** What the application has come to; null while it has not. */
  answer: 'refreshed' | 'refreshRefused' | 'failed' | null;
  /** The client knows. */
  isTold: boolean;
}
