import { demand } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { DialRequest } from '../dialer.ts';
import type { ClientProcess } from '../processes/client-process.ts';
import type { Stage } from './stage.ts';

/**
 * Connects clients in a process of their own and stops it: the kernel still acknowledges for them, and nobody answers a
 * ping. @throws Finding where one of them was not let in
 */
export async function freezeClients(
  stage: Stage,
  requests: readonly DialRequest[],
  deployment: Deployment = stage.deployment,
): Promise<ClientProcess> {
  const clients = await stage.startClients(deployment);
  const opened = await clients.open(requests);
  const refused = opened.find(({ isOpen }) => !isOpen);
  demand(refused === undefined, {
    expected: `${requests.length} clients to be let in`,
    got: `${refused?.end?.code} ${refused?.end?.reason}`,
    cause: 'A user with free slots was refused.',
  });
  clients.freeze();
  stage.fault(`${requests.length} clients are frozen`);
  return clients;
}

/** As many requests of one user's. */
export function requestsOf(user: string, count: number): readonly DialRequest[] {
  return Array.from({ length: count }, () => ({ user }));
}
