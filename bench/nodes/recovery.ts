import { enter, timeUntil, type TwoNodes } from './house.ts';

/** A fault, and how long it takes until all is well again; rejects where it never is. */
export interface Recovery {
  readonly what: string;
  /** Milliseconds. */
  measure(nodes: TwoNodes): Promise<number>;
}

const limit = 5;
const frozenMs = 3_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Every fault that is measured; each has nodes of its own. */
export const recoveries: readonly Recovery[] = [
  {
    what: 'a node is killed: its client goes on at another',
    measure: async ({ here, there }) => {
      const client = await enter(there, 'ann');
      await there.host?.kill();
      const startedAt = performance.now();
      await client.until(() => client.end !== null, 10_000);
      const { position: resume } = client;
      await timeUntil(async () => (await here.dialer.dial({ user: 'ann', resume })).isOpen);
      return performance.now() - startedAt;
    },
  },
  {
    what: 'a node is killed that held all sessions of a user: a newcomer has one',
    measure: async ({ here, there }) => {
      for (let at = 0; at < limit; at += 1) await enter(there, 'ann');
      await there.host?.kill();
      return await timeUntil(async () => (await here.dialer.dial({ user: 'ann' })).isOpen);
    },
  },
  {
    what: 'a node was frozen for three seconds: it delivers again',
    measure: async ({ here, there }) => {
      const client = await enter(there, 'ann');
      there.host?.freeze();
      await pause(frozenMs);
      await here.desk.publish('ann', { event: 'e', data: 1 });
      there.host?.thaw();
      return await timeUntil(() => client.received.length > 0);
    },
  },
  {
    what: 'Redis was frozen for three seconds: nothing drifts',
    measure: async (nodes) => {
      await Promise.all([enter(nodes.here, 'ann'), enter(nodes.there, 'ann')]);
      nodes.store.freeze();
      await pause(frozenMs);
      nodes.store.thaw();
      return await timeUntil(() => nodes.isWell());
    },
  },
  {
    what: 'Redis was killed and is back, empty: nothing drifts',
    measure: async (nodes) => {
      await Promise.all([enter(nodes.here, 'ann'), enter(nodes.there, 'ann')]);
      await nodes.store.kill();
      await pause(frozenMs);
      await nodes.store.restart();
      return await timeUntil(() => nodes.isWell());
    },
  },
  {
    what: 'Redis is wiped: attached clients are told of the gap',
    measure: async ({ here, there, store }) => {
      const clients = await Promise.all([enter(here, 'ann'), enter(there, 'ann')]);
      await here.desk.publish('ann', { event: 'e', data: 1 });
      await timeUntil(() => clients.every(({ received }) => received.length > 0));
      await store.ask('FLUSHALL');
      return await timeUntil(() => clients.every(({ gaps }) => gaps.length > 0));
    },
  },
];
