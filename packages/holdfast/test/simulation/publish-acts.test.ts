import { describe, expect, it } from 'vitest';
import { checkAllSettled } from '../../src/testing/simulation/check-receipts.ts';
import { publish } from '../../src/testing/simulation/publish-acts.ts';
import { setStage } from '../../src/testing/simulation/set-stage.ts';
import { settled } from '../sessions/house.ts';

const settings = { historyEvents: 1, historyBytes: 4_096, historyTotalBytes: 256 * 1024 * 1024 };

describe('the account that the simulator keeps of events', () => {
  it('I4 holds where an event is pushed out by a listener, before whoever waits for it knows its place', async () => {
    const stage = setStage({
      seed: 1,
      life: 1,
      remembered: [],
      settings,
      faults: [],
      note: () => {},
    });
    const { layer, clock, verdict, users } = stage;
    const [user] = users;
    if (user === undefined) throw new Error('Nobody is in this world.');
    stage.isMeddlingOff = true;
    let pushing = 0;
    let waited = 0;
    layer.subscribe(({ type }) => {
      if (type !== 'published' || pushing === 0) return;
      pushing -= 1;
      publish(stage, user, undefined);
    });
    for (let number = 0; number < 300; number += 1) {
      pushing = 1;
      publish(stage, user, undefined);
      waited += user.unseen.size;
      await settled();
      expect([verdict.violation, user.unseen.size]).toEqual([null, 0]);
      clock.advance(0);
      expect(verdict.violation).toBeNull();
    }
    clock.advance(10 * 60_000);
    await settled();
    checkAllSettled(stage);
    expect([verdict.violation, layer.gauges().logs]).toEqual([null, 0]);
    expect(waited).toBeGreaterThan(10);
  });
});
