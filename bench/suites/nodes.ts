import type { Deployment } from '../../packages/gateway/dist/proof/deployment.js';
import { enter, timeUntil, TwoNodes } from '../nodes/house.ts';
import { recoveries } from '../nodes/recovery.ts';
import type { Plan } from '../plan.ts';
import type { Row } from '../row.ts';
import { eachRound, median, percentile, told } from '../statistics.ts';
import type { Suite } from './suite.ts';

/** What it takes to publish to a session on another node, and to recover from each fault: two gateways on one Redis. */
export const nodes: Suite = {
  name: 'nodes',
  async run(plan) {
    const first = await TwoNodes.open();
    if (first === null) {
      console.error('nodes: redis-server is not installed, nothing is measured.');
      return [];
    }
    const rows = await published(first, plan);
    for (const { what, measure } of recoveries) {
      const times: number[] = [];
      for (let round = 0; round < plan.rounds; round += 1) times.push(await inFresh(measure));
      rows.push({
        suite: 'nodes',
        what,
        figure: median(times),
        unit: 'ms',
        detail: eachRound(times),
      });
    }
    return rows;
  },
};

async function inFresh(measure: (nodes: TwoNodes) => Promise<number>): Promise<number> {
  const fresh = await TwoNodes.open();
  if (fresh === null) throw new Error('Expected redis-server to be there still.');
  try {
    return await measure(fresh);
  } finally {
    await fresh.close();
  }
}

/** From the call over HTTP to the event at the client: at the node it was published on, and at the other one. */
async function publishing({ here, there }: TwoNodes, { isQuick }: Plan): Promise<Row[]> {
  const events = isQuick ? 200 : 2_000;
  await timesTo(here, here, { user: 'warm', events: events / 4 });
  await timesTo(here, there, { user: 'warm-too', events: events / 4 });
  const near = await timesTo(here, here, { user: 'near', events });
  const far = await timesTo(here, there, { user: 'far', events });
  return [0.5, 0.99].map((share) => {
    const [across, within] = [percentile(far, share), percentile(near, share)];
    return {
      suite: 'nodes',
      what: `publish to a session on another node, p${share * 100}`,
      figure: across,
      unit: 'ms',
      detail: `${told(within)} ms to one on the same node; one at a time, from the call over HTTP to the event at the client`,
    };
  });
}

async function timesTo(
  from: Deployment,
  at: Deployment,
  { user, events }: { readonly user: string; readonly events: number },
): Promise<readonly number[]> {
  const client = await enter(at, user);
  const times: number[] = [];
  for (let number = 0; number < events; number += 1) {
    const startedAt = performance.now();
    await Promise.all([
      from.desk.publish(user, { event: 'number', data: number }),
      client.until(() => client.received.length > number, 10_000),
    ]);
    times.push((client.received[number]?.atMs ?? Number.NaN) - startedAt);
  }
  await client.close();
  await timeUntil(() => client.end !== null);
  return times;
}

/** The house ends with the measurement, whatever comes of that. */
async function published(house: TwoNodes, plan: Plan): Promise<Row[]> {
  try {
    return await publishing(house, plan);
  } finally {
    await house.close();
  }
}
