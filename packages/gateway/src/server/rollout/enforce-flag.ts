import {
  type Client,
  type EvaluationDetails,
  type Logger,
  NOOP_PROVIDER,
  OpenFeature,
  type Provider,
  TypedInMemoryProvider,
} from '@openfeature/server-sdk';
import { bucketOf, isIncluded } from './bucket.ts';

/** What the flag is asked with. */
export interface EnforceFlagParts {
  /** Unique among the gateways of this process. */
  readonly domain: string;
  /** Who answers; null for our own provider, which goes by the percentage alone. */
  readonly provider: Provider | null;
  /** Told why a provider gave no answer; nothing of the user. */
  readonly onTrouble: (error: Error) => void;
}

/** The flag that is evaluated for each newcomer: is it enforced for this user? */
const ENFORCE_FLAG: string = 'holdfast-enforce';

/** A provider that takes longer is not waited for: clients wait at the door meanwhile. */
const PATIENCE_MS = 250;

/** What OpenFeature would print comes back as the error code of an evaluation. */
const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** Asks OpenFeature for whom it is enforced. One that cannot answer is stood in for by the user's place in the percentage. */
export class EnforceFlag {
  readonly #parts: EnforceFlagParts;
  readonly #client: Client;

  constructor(parts: EnforceFlagParts) {
    this.#parts = parts;
    OpenFeature.setLogger(silent);
    OpenFeature.setProvider(parts.domain, parts.provider ?? createOwnProvider());
    this.#client = OpenFeature.getClient(parts.domain);
  }

  /** The name under which the provider shows itself. */
  get providerName(): string {
    return this.#client.metadata.providerMetadata?.name ?? '';
  }

  /** Never rejects. The provider is given the id as `targetingKey`, the `bucket` of the user and the `percent`. */
  async ask(userId: string, percent: number): Promise<boolean> {
    const bucket = bucketOf(userId);
    const fallback = isIncluded(bucket, percent);
    const context = { targetingKey: userId, bucket, percent };
    const answer = await inTime(this.#client.getBooleanDetails(ENFORCE_FLAG, fallback, context));
    if (answer === null) {
      this.#parts.onTrouble(new Error(`No answer within ${PATIENCE_MS} ms.`));
      return fallback;
    }
    if (answer.errorCode !== undefined) this.#parts.onTrouble(new Error(answer.errorCode));
    return answer.value;
  }

  close(): void {
    OpenFeature.setProvider(this.#parts.domain, NOOP_PROVIDER);
  }
}

function createOwnProvider(): Provider {
  return new TypedInMemoryProvider({
    [ENFORCE_FLAG]: {
      variants: { on: true, off: false },
      defaultVariant: 'off',
      disabled: false,
      contextEvaluator: ({ bucket, percent }) =>
        isIncluded(Number(bucket), Number(percent)) ? 'on' : 'off',
    },
  });
}

async function inTime(
  asked: Promise<EvaluationDetails<boolean>>,
): Promise<EvaluationDetails<boolean> | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  const answer = await Promise.race([asked, late]);
  clearTimeout(timer);
  return answer;
}
