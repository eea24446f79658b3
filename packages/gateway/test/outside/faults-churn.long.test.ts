import { SessionLayer } from 'holdfast';
import { afterEach, expect, it } from 'vitest';
import { churn, type Desk, openDesk, settledInventory, takeInventory } from './faults-churn.ts';

let desk: Desk | null = null;

afterEach(async () => {
  await desk?.close();
});

it('FM-12 after 5,000 clients have come and gone listeners, timers and gauges are exactly what they were', async () => {
  desk = await openDesk(new SessionLayer());
  const before = takeInventory(desk);
  await churn(desk, 5_000);
  expect(await settledInventory(desk, before)).toEqual(before);
});
