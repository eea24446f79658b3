import type { GatewayLog } from '../server/log/gateway-log.ts';
import { exitStatus } from './command-failure.ts';
import type { Terminal } from './terminal.ts';

const LONGEST_MESSAGE = 300;
/** How long the log gets to be written before the process ends. */
const FLUSH_MS = 500;

/** An error nobody expected, on one line: what it is and where it was thrown. */
export function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return 'Expected no error here, got a thrown value that is none.';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const message = error.message.replaceAll(/\s+/g, ' ').slice(0, LONGEST_MESSAGE);
  return `Expected no error here, got ${error.name}${code}: ${message}${placeOf(error)}`;
}

/**
 * Ends the process with status 1 on an error that nothing caught: one line on stderr, one in the
 * log. The function returned ends the watch.
 */
export function exitOnCrash(
  { err }: Pick<Terminal, 'err'>,
  log: Pick<GatewayLog, 'fatal' | 'flush'>,
): () => void {
  const onError = (error: unknown): void => {
    const text = describeCrash(error);
    err.write(`holdfast: ${text}\n`);
    log.fatal('crashed', text);
    void exitAfterFlush(log);
  };
  // A rejection that nobody handles arrives here, too.
  process.once('uncaughtException', onError);
  return () => void process.off('uncaughtException', onError);
}

async function exitAfterFlush(log: Pick<GatewayLog, 'flush'>): Promise<void> {
  await log.flush(FLUSH_MS);
  process.exit(exitStatus.failed);
}

/** The first place in its stack that has a line number. */
function placeOf({ stack = '' }: Error): string {
  const place = /^ +at .*?([^/\\( ]+:\d+):\d+\)?$/m.exec(stack)?.[1];
  return place === undefined ? '' : ` (${place})`;
}
