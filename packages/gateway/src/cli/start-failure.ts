import { UsageError } from 'holdfast';
import { flagOfOption } from '../server/config/option-names.ts';
import type { ServeConfig } from '../server/config/serve-config.ts';
import { isStoreError } from '../server/store/store-failure.ts';
import { CommandFailure, exitStatus, failed, wrongUsage } from './command-failure.ts';

/** Why a gateway did not start, in words for a terminal. */
export function toStartFailure(error: unknown, { host, port }: ServeConfig): CommandFailure {
  if (error instanceof UsageError) return toWrongUsage(error);
  if (isStoreError(error)) return toRefusedStore(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return failed(
        `Expected port ${port} of ${host} to be free, got one in use. Stop what listens there, or choose another: \`--port 0\` picks one.`,
        error,
      );
    case 'EACCES':
      return failed(
        `Expected to be allowed to listen on port ${port} of ${host}, got a refusal of the system. Ports under 1024 need a privilege: choose another \`--port\`.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrongUsage(
        `Expected \`--host\` to be an address of this machine, got one that is not (${code}). 127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses.`,
      );
    default:
      throw error;
  }
}

/** Its text holds no password. */
function toRefusedStore(error: Error): CommandFailure {
  const problem = `Expected the Redis of \`--redis-url\` to take this client, got a refusal. ${error.message}`;
  return new CommandFailure(exitStatus.wrongUsage, [problem], { cause: error });
}

/** The library names its options; a person at a terminal knows the flags. */
function toWrongUsage(error: UsageError): CommandFailure {
  const problem = error.options.reduce(
    (text, name) => text.replaceAll(`\`${name}\``, `\`${flagOfOption(name)}\``),
    error.message,
  );
  return new CommandFailure(exitStatus.wrongUsage, [problem], { cause: error });
}
