import { Cluster } from 'ioredis';
import type { Commands } from './commands.ts';
import type { RedisAddress } from './redis-target.ts';
import { slotOf, slotRangesOf } from './slots.ts';

/** One connection that is needed, and what it is to be subscribed to. */
export interface PlannedLink {
  /** Null for the one server, or the one that the Sentinels name. */
  readonly address: RedisAddress | null;
  readonly channels: readonly string[];
}

/** Which connections carry these channels now: of a Redis Cluster, one to each server that holds slots of theirs. */
export async function planLinks(
  commands: Commands,
  channels: readonly string[],
): Promise<readonly PlannedLink[]> {
  const { client } = commands;
  if (!(client instanceof Cluster)) return [{ address: null, channels }];
  const ranges = slotRangesOf(
    await commands.ask(() => client.cluster('SLOTS')),
    client.nodes('master')[0]?.options.host ?? '127.0.0.1',
  );
  const planned = new Map<string, { address: RedisAddress; channels: string[] }>();
  for (const channel of channels) {
    const slot = slotOf(channel);
    const range = ranges.find(({ from, to }) => from <= slot && slot <= to);
    if (range === undefined) throw new Error(`Nobody holds slot ${slot} of the Redis Cluster.`);
    const { host, port } = range;
    const link = planned.get(`${host}:${port}`) ?? { address: { host, port }, channels: [] };
    link.channels.push(channel);
    planned.set(`${host}:${port}`, link);
  }
  return [...planned.values()];
}
