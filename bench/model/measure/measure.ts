import { bytes, deviation, figure, formatTable } from '../table.ts';
import { CostFit } from './fit.ts';
import { measureMemory } from './measure-memory.ts';
import { checkMix, type MixCheck } from './mix.ts';
import { NodesUnderTest } from './nodes-under-test.ts';
import { RedisServer } from './redis-server.ts';

const nodes = 6;
const rounds = 3;
/** How far what was counted may be from what the prices say. */
const tolerance = { bytesIn: 0.03, bytesOut: 0.03, usec: 0.25 };

/** Measures prices, prints them as `costs.ts` has them, and checks them with a mix of acts; the exit status. */
export async function measure(acts: number): Promise<number> {
  const server = await RedisServer.start();
  const house = await NodesUnderTest.start(server.url, nodes);
  try {
    const memory = await measureMemory(server, house, 5 * acts);
    const costs = await new CostFit(server, house, acts).costs();
    const checks: MixCheck[] = [];
    for (let seed = 1; seed <= rounds; seed += 1)
      checks.push(await checkMix(server, house, { costs, count: 5 * acts, seed }));
    console.log(JSON.stringify({ costs, memory }, rounded, 2));
    return tellChecks(checks);
  } finally {
    await house.stop();
    await server.stop();
  }
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(3)) : value;
}

/** Processor time counts in the cheapest round: others on the same machine only make it dearer. */
function tellChecks(checks: readonly MixCheck[]): number {
  const [first] = checks;
  if (first === undefined) return 1;
  const cheapest = Math.min(
    ...checks.map(({ predicted, counted }) => counted.processorUsec / predicted.usec),
  );
  const { predicted, counted } = first;
  const rows = [
    {
      name: 'processor time, µs',
      said: predicted.usec,
      got: predicted.usec * cheapest,
      within: tolerance.usec,
      told: figure,
    },
    {
      name: 'bytes to the store',
      said: predicted.bytesIn,
      got: counted.bytesIn,
      within: tolerance.bytesIn,
      told: bytes,
    },
    {
      name: 'bytes from the store',
      said: predicted.bytesOut,
      got: counted.bytesOut,
      within: tolerance.bytesOut,
      told: bytes,
    },
  ];
  const isWithin = rows.map(({ said, got, within }) => Math.abs(got / said - 1) <= within);
  console.log(
    formatTable(
      ['a mix of acts', 'predicted', 'counted', '', 'allowed', ''],
      rows.map(({ name, said, got, within, told }, at) => [
        name,
        told(said),
        told(got),
        deviation(said, got),
        `± ${within * 100} %`,
        isWithin[at] === true ? 'ok' : 'FAIL',
      ]),
    ),
  );
  console.log(`${figure(predicted.acts)} acts, of users of all shapes.`);
  return isWithin.every(Boolean) ? 0 : 1;
}
