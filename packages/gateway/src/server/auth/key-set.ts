import { type IssuerKeys, readIssuerKeys } from './issuer-keys.ts';

/** The keys of one issuer as they were fetched at one time. */
export interface KeySnapshot extends IssuerKeys {
  /** Differs whenever the keys do. */
  readonly version: number;
}

/** What a `KeySet` is made from. */
export interface KeySetOptions {
  readonly url: string;
  readonly monotonic: () => number;
  /** Called when fetching fails or a key of the set cannot be used; once until that changes. */
  readonly onFault: (error: Error) => void;
  /** Called once when keys have been fetched again and each of them can be used. */
  readonly onRecovered: () => void;
  readonly fetch?: typeof globalThis.fetch;
}

/** Keys younger than this are not fetched again, whatever a token says. */
const REFRESH_AFTER_MS = 60_000;
/** Keys older than this are not used: a key the issuer has withdrawn must stop working. */
const USABLE_FOR_MS = 3_600_000;
/** Pause after a failed fetch. */
const RETRY_AFTER_MS = 5000;
const FETCH_TIMEOUT_MS = 5000;
const LARGEST_KEY_SET_BYTES = 1_048_576;

/**
 * The public keys of the one configured issuer. Only their age causes a fetch, and only from the
 * configured address: what an unverified token says (an unknown `kid`, `jku`, `x5u`) causes none. So
 * a new key is known a minute after it is published at the latest, and a flood of made-up key ids
 * costs the issuer nothing.
 *
 *     age < 1 min      used as they are
 *     age < 1 h        used, and fetched anew in the background
 *     older, or none   awaited; when that fails there is no telling (`unavailable`)
 */
export class KeySet {
  readonly #options: KeySetOptions;
  readonly #closing = new AbortController();
  #snapshot: KeySnapshot | undefined;
  #text = '';
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  /** What is wrong with the keys, as it was told last. Only a fetch changes it, never a token. */
  #trouble: Error | undefined;
  /** At most one fetch is under way. */
  #refreshing: Promise<void> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** Keys that may be used; undefined when there are none and none can be had. */
  async current(): Promise<KeySnapshot | undefined> {
    const refreshed = this.#refreshIfOld();
    if (this.#ageMs() >= USABLE_FOR_MS) await refreshed;
    return this.#ageMs() < USABLE_FOR_MS ? this.#snapshot : undefined;
  }

  /** Like `current`, but waits for a refresh that is due or under way. */
  async newest(): Promise<KeySnapshot | undefined> {
    await this.#refreshIfOld();
    return await this.current();
  }

  /** Ends a fetch that is under way; the last one. */
  close(): void {
    this.#closing.abort();
  }

  #ageMs(): number {
    return this.#options.monotonic() - this.#fetchedAt;
  }

  #refreshIfOld(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    const isPausing = this.#options.monotonic() - this.#failedAt < RETRY_AFTER_MS;
    if (this.#ageMs() < REFRESH_AFTER_MS || isPausing || this.#closing.signal.aborted) {
      return Promise.resolve();
    }
    this.#refreshing = this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Never rejects: a failure is told once and stands until the next success. */
  async #refresh(): Promise<void> {
    try {
      const text = await this.#fetchText();
      if (text !== this.#text || this.#snapshot === undefined) {
        const version = (this.#snapshot?.version ?? 0) + 1;
        this.#snapshot = { version, ...(await readIssuerKeys(text)) };
        this.#text = text;
      }
      this.#fetchedAt = this.#options.monotonic();
      this.#tell(this.#snapshot.complaint);
    } catch (error) {
      this.#failedAt = this.#options.monotonic();
      if (this.#closing.signal.aborted) return;
      const message = 'Expected `--jwks-url` to answer with a JSON Web Key Set. Check the address.';
      this.#tell(new Error(message, { cause: error }));
    }
  }

  #tell(trouble: Error | undefined): void {
    if (trouble?.message === this.#trouble?.message) return;
    this.#trouble = trouble;
    if (trouble === undefined) this.#options.onRecovered();
    else this.#options.onFault(trouble);
  }

  async #fetchText(): Promise<string> {
    const get = this.#options.fetch ?? globalThis.fetch;
    const response = await get(this.#options.url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new Error(`Expected status 200, got ${response.status}.`);
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > LARGEST_KEY_SET_BYTES) throw new Error('Expected at most 1 MB.');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size).toString('utf8');
  }
}
