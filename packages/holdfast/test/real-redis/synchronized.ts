import type { RedisServer } from 'holdfast/testing';
import { eventually } from './eventually.ts';

/** Resolves when a replica has what its master has: before that, it cannot take its place. */
export async function synchronized(server: RedisServer): Promise<void> {
  await eventually('a replica is up to date', async () =>
    /role:master|master_link_status:up/.test(await server.ask('INFO', 'replication')),
  );
}
