import { parseArgs } from 'node:util';

/** What happens at the limit: the newcomer is refused, or the oldest connection has to go. */
export type AtLimit = 'deny' | 'evict-oldest';

/** What a port is started with. */
export interface PortSettings {
  /** HS256, as the gateway's. */
  readonly authSecret: string;
  readonly adminToken: string;
  /** Sessions a user may hold. */
  readonly limit: number;
  readonly atLimit: AtLimit;
  /** Name of the environment, where the port's clean-up goes by it: as told, or that of `ENVIRONMENT`. */
  readonly environment: string;
}

/**
 * Reads them from the arguments and the environment of the process: a port is started just as the gateway is, by those of
 * the flags and variables of `holdfast serve` that mean something to it.
 */
export function readPortSettings(): PortSettings {
  const { env, argv } = process;
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      env: { type: 'string' },
      'log-format': { type: 'string' },
      'max-sessions-per-user': { type: 'string', default: '5' },
      'on-limit': { type: 'string', default: 'deny' },
      port: { type: 'string' },
    },
    allowPositionals: true,
  });
  return {
    authSecret: env['HOLDFAST_AUTH_SECRET'] ?? '',
    adminToken: env['HOLDFAST_ADMIN_TOKEN'] ?? '',
    limit: Number(values['max-sessions-per-user']),
    atLimit: values['on-limit'] === 'evict-oldest' ? 'evict-oldest' : 'deny',
    environment: values.env ?? env['ENVIRONMENT'] ?? 'development',
  };
}
