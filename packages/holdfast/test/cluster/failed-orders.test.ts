import { describe, expect, it } from 'vitest';
import { mostOwnLimits } from '../../src/sessions/limits.ts';
import type { RevocationOrder } from '../../src/sessions/store/cluster-store.ts';
import { ClusterHouse, type TestNode } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

interface Pair {
  readonly house: ClusterHouse;
  readonly one: TestNode;
  readonly two: TestNode;
  /** That of the first. */
  readonly link: TestLink;
  readonly revoked: readonly [RevocationOrder[], RevocationOrder[]];
}

async function twoNodes(refuse: () => boolean = () => false): Promise<Pair> {
  const house = new ClusterHouse();
  const link = new TestLink();
  const revoked: [RevocationOrder[], RevocationOrder[]] = [[], []];
  const onRevoked = (order: RevocationOrder): readonly string[] => {
    if (refuse()) throw new Error('No more of them.');
    revoked[0].push(order);
    return [];
  };
  const one = await house.join({}, { link, onRevoked });
  const two = await house.join({}, { onRevoked: (order) => (revoked[1].push(order), []) });
  await house.run(1_100);
  return { house, one, two, link, revoked };
}

/** What it came to, once time has passed. */
async function errorOf(house: ClusterHouse, promise: Promise<unknown>): Promise<unknown> {
  const caught = promise.then(
    () => 'done',
    (error: unknown) => error,
  );
  await house.run(1_500);
  return await caught;
}

const limitsHere = (...nodes: readonly TestNode[]): number[] =>
  nodes.map(({ node }) => node.layer.limitOf('ada'));
const toldLimits = ({ events }: TestNode): unknown[] =>
  events.filter(({ type }) => type === 'limitSet');

describe('a limit that is set', () => {
  it('A12 has changed nothing anywhere where the store has not taken it, and the error says so', async () => {
    const { house, one, two, link } = await twoNodes();
    link.cut();
    await house.run(4_000);
    expect(one.node.isStoreAway).toBe(true);
    const error = await errorOf(house, one.node.setLimit('ada', 1));
    expect(limitsHere(one, two)).toEqual([5, 5]);
    expect([toldLimits(one), toldLimits(two)]).toEqual([[], []]);
    expect(error).toMatchObject({ name: 'StoreError', kind: 'away', isInDoubt: false });
    expect(String(error)).toContain('No node has changed the limit; the store has not taken it');
    link.mend();
    await house.run(2_500);
    expect(await one.node.limitOf('ada')).toBe(5);
  });

  it('A12 is told as in doubt where the answer of the store was lost, and no node holds to it', async () => {
    const { house, one, two, link } = await twoNodes();
    link.mute();
    const error = await errorOf(house, one.node.setLimit('ada', 1));
    expect(error).toMatchObject({ name: 'StoreError', kind: 'timeout', isInDoubt: true });
    expect(String(error)).toContain(
      'No node has changed the limit; whether the store has taken it is not known',
    );
    expect(limitsHere(one, two)).toEqual([5, 5]);
  });

  it('A12 holds on the node that was asked once the store has it, and then on the others', async () => {
    const { house, one, two, link } = await twoNodes();
    link.freeze();
    const set = one.node.setLimit('ada', 1);
    await house.run(100);
    expect(limitsHere(one, two)).toEqual([5, 5]);
    link.mend();
    await house.run(50);
    await set;
    expect(limitsHere(one, two)).toEqual([1, 1]);
  });

  it.each([
    ['bad-limit', 'ada', 0],
    ['bad-user', '', 3],
    ['bad-user', '', null],
  ] as const)(
    'A12 that cannot be meant (%s) is refused, and no store is asked',
    async (code, id, limit) => {
      const { house, one, link } = await twoNodes();
      link.cut();
      const error = await errorOf(house, one.node.setLimit(id, limit));
      expect(error).toMatchObject({ name: 'UsageError', code });
    },
  );

  it('I12 is refused by a node that knows too many, and nobody else hears of it', async () => {
    const { house, one, two } = await twoNodes();
    for (let user = 0; user < mostOwnLimits; user += 1) one.node.layer.setLimit(`u${user}`, 2);
    const error = await errorOf(house, one.node.setLimit('ada', 1));
    expect(error).toMatchObject({ name: 'UsageError', code: 'bad-state' });
    expect(limitsHere(one, two)).toEqual([5, 5]);
    expect(await two.node.limitOf('ada')).toBe(5);
  });
});

describe('a revocation', () => {
  const order = { user: 'ada', jti: null, issuedUpTo: 100, endsAtMs: 9e12 };

  it('that the store has not taken holds where it was asked and nowhere else, says so, and can be repeated', async () => {
    const { house, one, link, revoked } = await twoNodes();
    link.cut();
    const error = await errorOf(house, one.node.revoke(order));
    expect(error).toMatchObject({ name: 'StoreError', kind: 'unreachable' });
    expect(String(error)).toContain('The revocation holds on this node');
    expect(revoked).toEqual([[order], []]);
    link.mend();
    await house.run(2_500);
    await errorOf(house, one.node.revoke(order));
    expect(revoked[1]).toEqual([order]);
  });

  it('that the node refuses which was asked is carried out by nobody, and kept by no store', async () => {
    let isFull = true;
    const { house, one, two, revoked } = await twoNodes(() => isFull);
    const error = await errorOf(house, one.node.revoke(order));
    expect(String(error)).toContain('No more of them.');
    isFull = false;
    const late: RevocationOrder[] = [];
    await house.join({}, { onRevoked: (one_) => (late.push(one_), []) });
    await house.run(100);
    expect([revoked, late, two.events.filter(({ type }) => type === 'fault')]).toEqual([
      [[], []],
      [],
      [],
    ]);
  });
});
