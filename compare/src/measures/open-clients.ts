import type { ProofClient } from '../../../packages/gateway/dist/proof/dialer.js';
import type { Bench } from './bench.ts';

/** Connects one client that has room, and drops it at the end. @throws Error where it is refused */
export async function openClient(bench: Bench, user: string): Promise<ProofClient> {
  const arrival = await bench.deployment.dialer.dial({ user });
  if (!arrival.isOpen) {
    const { code, reason } = arrival.end;
    throw new Error(`Expected ${bench.system.name} to accept ${user}, got ${code} ${reason}.`);
  }
  bench.undoLater(() => arrival.client.drop());
  return arrival.client;
}

/** So many clients of a user's, one after the other. */
export async function openClients(
  bench: Bench,
  user: string,
  count: number,
): Promise<readonly ProofClient[]> {
  const clients: ProofClient[] = [];
  while (clients.length < count) clients.push(await openClient(bench, user));
  return clients;
}
