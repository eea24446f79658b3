import type { Deployment } from '../../proof/deployment.ts';
import type { EvidenceTarget } from '../../proof/evidence/evidence.ts';
import { failed } from '../command-failure.ts';
import type { Terminal } from '../terminal.ts';
import { readEnvironment } from './environment-flag.ts';
import { findGrounds } from './find-grounds.ts';
import type { TargetFlags } from './target-flags.ts';

/** A target to put a load on. */
export interface FoundTarget {
  readonly deployment: Deployment;
  /** As evidence tells it. */
  readonly description: EvidenceTarget;
  /** Ends it, where it was started for the run. */
  readonly stop: () => Promise<void>;
}

/**
 * The target these flags name, once it has answered; without one, a gateway that is started with `ownFlags`.
 *
 * @throws CommandFailure
 */
export async function findTarget(
  flags: TargetFlags,
  terminal: Terminal,
  ownFlags: readonly string[],
): Promise<FoundTarget> {
  const environment = readEnvironment(flags.env);
  const { grounds, url } = await findGrounds(flags, { environment }, terminal);
  const deployment = 'target' in grounds ? grounds.target : await startOwn(grounds.start, ownFlags);
  return {
    deployment,
    description: { name: deployment.name, url, environment: grounds.environment },
    stop: async () => {
      if (!('target' in grounds)) await deployment.host?.stop();
    },
  };
}

async function startOwn(
  start: (flags: readonly string[]) => Promise<Deployment>,
  flags: readonly string[],
): Promise<Deployment> {
  try {
    return await start(flags);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw failed(`Expected a gateway for the run to start, got: ${why}`, error);
  }
}
