import type { Deployment } from '../../../packages/gateway/dist/proof/deployment.js';
import type { ProofClient } from '../../../packages/gateway/dist/proof/dialer.js';

const withinMs = 2_000;

/**
 * How many of a user's clients are no longer served: closed by the server, or left open without a session, so that an
 * event published to their user does not reach them.
 */
export async function countKilled(
  { desk }: Deployment,
  clients: readonly ProofClient[],
): Promise<number> {
  const [first] = clients;
  if (first === undefined) return 0;
  await desk.publish(first.user, { event: 'are-you-there', data: null });
  const served = await Promise.all(
    clients.map((client) => client.until(() => client.end !== null || hears(client), withinMs)),
  );
  return clients.filter((client, at) => client.end !== null || served[at] === false).length;
}

function hears({ received }: ProofClient): boolean {
  return received.some(({ event }) => event === 'are-you-there');
}
