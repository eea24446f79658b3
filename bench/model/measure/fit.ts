import { type ActCost, type ActKind, actKinds, type CostTable, type Price } from '../acts.ts';
import { type Case, measureAct } from './measure-act.ts';
import type { NodesUnderTest } from './nodes-under-test.ts';
import type { Meter, RedisServer } from './redis-server.ts';

type Slope = Exclude<keyof Price, 'each'>;

/** What makes an act dearer: two cases that differ in nothing else, and by how much. */
interface Step {
  readonly slope: Slope;
  readonly from: Case;
  readonly to: Case;
  readonly by: number;
}

/** How a kind of act is measured: a plain case, and steps from it. */
interface Plan {
  readonly plain: Case;
  /** How much of each slope the plain case has. */
  readonly holds: Partial<Record<Slope, number>>;
  readonly steps: readonly Step[];
}

/** The cheapest of so many rounds counts: others on the same machine only make it dearer. */
const rounds = 3;
const plainNodes = 6;
/** So many that what one of them costs shows. */
const manyNodes = 1_000;
const plainBytes = 256;

function step(slope: Slope, from: Case, change: Partial<Case>, by: number): Step {
  return { slope, from, to: { ...from, ...change }, by };
}

function onUser(kind: ActKind, rows: number, more: number, entries = 0): Plan {
  const plain = { kind, rows, entries };
  const steps = [
    step('perRow', plain, { rows: rows + more }, more),
    step('perNode', plain, { nodes: manyNodes }, manyNodes - plainNodes),
  ];
  return { plain, holds: { perRow: rows, perNode: plainNodes }, steps };
}

function planOf(kind: ActKind): Plan {
  if (kind === 'admit') return onUser(kind, 1, 3);
  if (kind === 'release' || kind === 'reserve') return onUser(kind, 2, 3);
  if (kind === 'assertRows') return onUser(kind, 1, 4);
  if (kind === 'append') return appendPlan();
  if (kind === 'read') {
    const plain = { kind, rows: 0, entries: 1 };
    const steps = [step('perEntry', plain, { entries: 9 }, 8)];
    return { plain, holds: { perEntry: 1 }, steps };
  }
  if (kind === 'sweep') return { plain: { kind, rows: 1 }, holds: {}, steps: [] };
  if (kind === 'renew') {
    const plain = { kind, rows: 0 };
    const steps = [step('perNode', plain, { nodes: 100 }, 100 - plainNodes)];
    return { plain, holds: { perNode: plainNodes }, steps };
  }
  const rows = kind === 'confirm' ? 2 : 0;
  const entries = kind === 'delivered' ? 2 : 0;
  return { plain: { kind, rows, entries }, holds: {}, steps: [] };
}

function appendPlan(): Plan {
  // Behind the first: a log that begins is dearer, and rare.
  const onUserPlan = onUser('append', 1, 4, 2);
  const five = { ...onUserPlan.plain, rows: 5 };
  const steps = [
    ...onUserPlan.steps,
    step('perTold', five, { spread: 5 }, 4),
    step('perEventByte', onUserPlan.plain, { eventBytes: 9 * plainBytes }, 8 * plainBytes),
  ];
  const holds = { ...onUserPlan.holds, perTold: 1, perEventByte: plainBytes };
  return { plain: onUserPlan.plain, holds, steps };
}

/** What is measured of an act. */
type Reading = (meter: Meter) => number;

/** Measures acts of every kind and what makes them dearer, and works out prices. */
export class CostFit {
  readonly #server: RedisServer;
  readonly #house: NodesUnderTest;
  readonly #count: number;
  readonly #known: Map<string, Meter> = new Map();

  /** @param count acts of each case */
  constructor(server: RedisServer, house: NodesUnderTest, count: number) {
    this.#server = server;
    this.#house = house;
    this.#count = count;
  }

  async costs(): Promise<CostTable> {
    const costs: Partial<Record<ActKind, ActCost>> = {};
    for (const kind of actKinds) costs[kind] = await this.#costOf(planOf(kind));
    return costs as CostTable;
  }

  async #costOf(plan: Plan): Promise<ActCost> {
    const usec = await this.#price(plan, ({ processorUsec }) => processorUsec);
    const bytesIn = await this.#price(plan, (meter) => meter.bytesIn);
    // What an event adds to messages is told by their own slope.
    const steps = plan.steps.filter(({ slope }) => slope !== 'perEventByte');
    const { perEventByte: _, ...holds } = plan.holds;
    const bytesOut = await this.#price({ ...plan, steps, holds }, (meter) => meter.bytesOut);
    return { usec, bytesIn: whole(bytesIn), bytesOut: whole(copied(bytesOut)) };
  }

  async #price({ plain, holds, steps }: Plan, read: Reading): Promise<Price> {
    // First: leases that were given out for a step stay.
    let each = read(await this.#measure(plain));
    const slopes: Partial<Record<Slope, number>> = {};
    for (const { slope, from, to, by } of steps)
      slopes[slope] = Math.max(
        0,
        (read(await this.#measure(to)) - read(await this.#measure(from))) / by,
      );
    for (const [slope, held] of Object.entries(holds)) each -= held * (slopes[slope as Slope] ?? 0);
    return { each: Math.max(0, each), ...slopes };
  }

  /** One act of this case, on average. */
  async #measure(one: Case): Promise<Meter> {
    const key = JSON.stringify(one);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // The first round warms both sides, and is left out.
    const found: Meter[] = [];
    for (let round = 0; round <= rounds; round += 1)
      found.push(await measureAct(this.#server, this.#house, one, this.#count));
    const names = Object.keys(found[0] ?? {}) as (keyof Meter)[];
    const mean = Object.fromEntries(
      names.map((name) => [
        name,
        Math.min(...found.slice(1).map((meter) => meter[name])) / this.#count,
      ]),
    ) as unknown as Meter;
    this.#known.set(key, mean);
    return mean;
  }
}

/** Bytes are whole ones; what is left of a slope that is none goes. */
function whole(price: Price): Price {
  const entries = Object.entries(price).map(
    ([name, value]) => [name, Math.round(value as number)] as const,
  );
  return { each: 0, ...Object.fromEntries(entries.filter(([, value]) => value !== 0)) };
}

/** Messages and entries hold the event: so many of their bytes are its own. */
function copied({ perTold, perEntry, ...rest }: Price): Price {
  const price = {
    ...rest,
    ...(perTold !== undefined && { perTold: perTold - plainBytes }),
    ...(perEntry !== undefined && { perEntry: perEntry - plainBytes }),
  };
  return perTold === undefined && perEntry === undefined ? price : { ...price, perCopyByte: 1 };
}
