import type { Cluster, Redis } from 'ioredis';

/**
 * Connects to each master as soon as it is known. Left to itself, the client connects with the first command, and refuses the
 * next ones meanwhile.
 */
export function connectEarly(cluster: Cluster): void {
  cluster.on('+node', (node: Redis) => {
    // Why it fails is told by an event; the commands that need it fail.
    if (node.status === 'wait' && node.options.readOnly !== true)
      node.connect().catch(() => undefined);
  });
}

/** Resolves when every master that is known is connected, or has failed to be. */
export async function mastersSettled(cluster: Cluster): Promise<void> {
  await Promise.all(
    cluster.nodes('master').map(
      (node) =>
        new Promise<void>((resolve) => {
          if (node.status === 'ready') return resolve();
          node.once('ready', () => resolve());
          node.once('end', () => resolve());
        }),
    ),
  );
}
