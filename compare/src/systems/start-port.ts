import { fileURLToPath } from 'node:url';
import type { Deployment } from '../../../packages/gateway/dist/proof/deployment.js';
import { startGateway } from '../../../packages/gateway/dist/proof/processes/start-gateway.js';
import type { Surroundings } from '../../../packages/gateway/dist/proof/processes/surroundings.js';

/** A program below `dist/ports`, and the flags of `holdfast serve` it is given. */
export interface PortStart {
  readonly name: string;
  readonly program: string;
  readonly flags?: readonly string[];
}

/** Starts a port just as a gateway is started, from the built files, as for production unless its surroundings say otherwise. */
export async function startPort(
  { name, program, flags = [] }: PortStart,
  surroundings: Surroundings = {},
): Promise<Deployment> {
  const command = fileURLToPath(new URL(`../../dist/ports/${program}/main.js`, import.meta.url));
  const deployment = await startGateway({
    environment: 'production',
    command,
    flags,
    surroundings,
  });
  return { ...deployment, name };
}
