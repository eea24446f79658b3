import { FaultProxy } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { demandRecovery, heartbeatMs, slackMs } from '../../src/proof/scenarios/cluster-stage.ts';
import { ClusterGround } from './cluster-ground.ts';
import { hurts } from './hurt-redis.ts';
import { Inhabitants } from './inhabitants.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

describe('E8 a Redis that hurts', () => {
  it.each(hurts)(
    'E8 $name: sessions go on, newcomers are let in, no node ends, and it is over by itself afterwards',
    async ({ args = [], isNoticed: isToBeNoticed, begin }) => {
      const redis = await ground.startRedis({ args });
      const nodes = await ground.startNodes(2, { redisUrl: redis.url });
      const inhabitants = new Inhabitants(ground.stage(nodes[0]), nodes);
      await inhabitants.moveIn();
      await inhabitants.demandDelivery('connecting');
      const end = await begin(redis);
      await inhabitants.demandEntry('newcomer');
      expect(!isToBeNoticed || (await inhabitants.isTold())).toBe(true);
      await end();
      await demandRecovery(inhabitants.stage, nodes, 2 * heartbeatMs + slackMs);
      await inhabitants.demandDelivery('the store hurt');
      await inhabitants.demandEntry('later');
      expect(await inhabitants.describeLosses()).toEqual([]);
    },
  );

  it('E8 200 ms slow: nothing is taken for lost, and limit and order hold', async () => {
    const redis = await ground.startRedis();
    const link = await FaultProxy.start({ targetPort: redis.port });
    ground.keep(() => link.close());
    const nodes = await ground.startNodes(2, { redisUrl: `redis://127.0.0.1:${link.port}` });
    const inhabitants = new Inhabitants(ground.stage(nodes[0]), nodes);
    await inhabitants.moveIn();
    link.delay(100);
    for (let round = 0; round < 5; round += 1) {
      await inhabitants.demandDelivery('a slow store');
      await inhabitants.demandEntry(`newcomer-${round}`);
    }
    for (const { desk } of nodes) expect(await desk.metrics()).toContain('holdfast_store_up 1');
    link.delay(0);
    expect(await inhabitants.describeLosses()).toEqual([]);
  });
});
