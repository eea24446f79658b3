import type { Provider } from '@openfeature/server-sdk';
import type { ServeConfig } from './config/serve-config.ts';
import type { LogDestination } from './log/gateway-log.ts';

/** What a gateway is started with. */
export interface GatewayOptions {
  /** Settled by `resolveConfig`. */
  readonly config: ServeConfig;
  /** Sentences for the log, from `resolveConfig`. */
  readonly notes?: readonly string[];
  /** Where the log goes; standard output by default. */
  readonly logDestination?: LogDestination;
  /** The OpenFeature provider that says for whom it is enforced; our own by default. */
  readonly rolloutProvider?: Provider;
  /** A person reads the log: pretty unless `--log-format` says otherwise. Default: false. */
  readonly isTerminal?: boolean;
}
