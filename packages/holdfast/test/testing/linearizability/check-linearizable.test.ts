import { describe, expect, it } from 'vitest';
import {
  checkLinearizable,
  type Operation,
  type SlotInput,
  type SlotOutput,
  slotsSpec,
} from 'holdfast/testing';

type SlotOperation = Operation<SlotInput, SlotOutput>;

/** From when to when. */
type Span = readonly [calledAt: number, returnedAt: number];

const never = Number.POSITIVE_INFINITY;

function operation([calledAt, returnedAt]: Span, input: SlotInput, output: SlotOutput | null) {
  return { calledAt, returnedAt, input, output } satisfies SlotOperation;
}

function admit(session: number, lineage?: number, predecessor?: number): SlotInput {
  const ticket = lineage === undefined ? null : { lineage, predecessor: predecessor ?? lineage };
  return { act: 'admit', node: 1, session, ticket, taken: null, limit: 1 };
}

const release = (session: number): SlotInput => ({
  act: 'release',
  node: 1,
  session,
  isRevoked: false,
});

function admitted(lineage: number, replaced: number | null = null, count = 1): SlotOutput {
  return { outcome: 'admitted', replaced, lineage, isSpent: false, count };
}

const full = (...sessions: number[]): SlotOutput => ({ outcome: 'full', isSpent: false, sessions });
const released = (wasThere: boolean): SlotOutput => ({ outcome: 'released', wasThere });
const seen = (...sessions: number[]): SlotOutput => ({ outcome: 'seen', sessions });

const outcomeOf = (...history: SlotOperation[]): string =>
  checkLinearizable(history, slotsSpec).outcome;

describe('a history can have happened one act after the other where', () => {
  it('nothing overlaps', () => {
    expect(
      outcomeOf(
        operation([1, 2], admit(10), admitted(10)),
        operation([3, 4], admit(11), full(10)),
        operation([5, 6], release(10), released(true)),
        operation([7, 8], release(10), released(false)),
        operation([9, 10], admit(11), admitted(11)),
      ),
    ).toBe('linearizable');
  });

  it('nothing happened', () => {
    expect(outcomeOf()).toBe('linearizable');
  });

  it('acts of the same time are answered as if in some order', () => {
    expect(
      outcomeOf(
        operation([1, 6], admit(10), full(11)),
        operation([2, 5], admit(11), admitted(11)),
        operation([3, 4], { act: 'look' }, seen()),
      ),
    ).toBe('linearizable');
  });

  it('an act without an answer was done, late', () => {
    expect(
      outcomeOf(
        operation([1, never], admit(10), null),
        operation([2, 3], admit(11), admitted(11)),
        operation([4, 5], release(11), released(true)),
        operation([6, 7], admit(12), full(10)),
      ),
    ).toBe('linearizable');
  });

  it('an act without an answer was never done', () => {
    expect(
      outcomeOf(
        operation([1, never], admit(10), null),
        operation([2, 3], admit(11), admitted(11)),
        operation([4, 5], admit(12), full(11)),
      ),
    ).toBe('linearizable');
  });

  it('a session is superseded, and its ticket is good until its successor has confirmed its own', () => {
    expect(
      outcomeOf(
        operation([1, 2], admit(10), admitted(10)),
        operation([3, 4], admit(11, 10), admitted(10, 10)),
        operation([5, 6], admit(12, 10), admitted(10, 11)),
        operation([7, 10], { act: 'confirm', session: 12 }, { outcome: 'confirmed' }),
        operation([8, 9], admit(13, 10, 10), { outcome: 'full', isSpent: true, sessions: [12] }),
      ),
    ).toBe('linearizable');
  });

  it('a confirmation that found nothing at first took effect on a session of which nobody heard', () => {
    expect(
      outcomeOf(
        operation([1, 2], admit(10), admitted(10)),
        operation([3, never], admit(11, 10), null),
        operation([4, 7], { act: 'confirm', session: 11 }, { outcome: 'confirmed' }),
        operation([5, 6], { act: 'look' }, seen(10)),
        operation([8, 9], admit(12, 10), { outcome: 'full', isSpent: true, sessions: [11] }),
      ),
    ).toBe('linearizable');
  });

  it('fifty ask at once and one gets in', () => {
    const asked = Array.from({ length: 50 }, (_, place) =>
      operation([place + 1, 100 + place], admit(place + 1), place === 31 ? admitted(32) : full(32)),
    );
    expect(outcomeOf(...asked)).toBe('linearizable');
  });
});

describe('a history cannot have happened one act after the other where', () => {
  it('I1 two were admitted at limit 1', () => {
    expect(
      outcomeOf(
        operation([1, 4], admit(10), admitted(10)),
        operation([2, 3], admit(11), admitted(11)),
      ),
    ).toBe('not-linearizable');
  });

  it('I1 two were admitted by counts that do not fit together', () => {
    expect(
      outcomeOf(
        operation([1, 4], { ...admit(10), limit: 2 } as SlotInput, admitted(10)),
        operation([2, 3], { ...admit(11), limit: 2 } as SlotInput, admitted(11)),
      ),
    ).toBe('not-linearizable');
  });

  it('I7 a session that was released came back', () => {
    const start = [
      operation([1, 2], admit(10), admitted(10)),
      operation([3, 4], release(10), released(true)),
    ];
    for (const last of [
      operation([5, 6], admit(11), full(10)),
      operation([5, 6], release(10), released(true)),
      operation([5, 6], { act: 'look' }, seen(10)),
    ])
      expect(outcomeOf(...start, last)).toBe('not-linearizable');
  });

  it('a supersession was lost', () => {
    const start = [
      operation([1, 2], admit(10), admitted(10)),
      operation([3, 4], admit(11, 10), admitted(10, 10)),
    ];
    for (const last of [
      operation([5, 6], release(10), released(true)),
      operation([5, 6], { act: 'look' }, seen(10)),
      operation([5, 6], { act: 'look' }, seen(10, 11)),
      operation([5, 6], admit(12), full(10)),
    ])
      expect(outcomeOf(...start, last)).toBe('not-linearizable');
  });

  it('two took the place of one by the same ticket', () => {
    expect(
      outcomeOf(
        operation([1, 2], admit(10), admitted(10)),
        operation([3, 6], admit(11, 10), admitted(10, 10)),
        operation([4, 5], admit(12, 10), admitted(10, 10)),
      ),
    ).toBe('not-linearizable');
  });

  it('an act was answered by what happened after its answer', () => {
    expect(
      outcomeOf(
        operation([1, 2], { act: 'look' }, seen(10)),
        operation([3, 4], admit(10), admitted(10)),
      ),
    ).toBe('not-linearizable');
  });

  it('a free slot was refused', () => {
    expect(outcomeOf(operation([1, 2], admit(10), full()))).toBe('not-linearizable');
  });

  it('one of fifty at once got in too many, and what fits is told', () => {
    const asked = Array.from({ length: 50 }, (_, place) =>
      operation(
        [place + 1, 100 + place],
        admit(place + 1),
        place % 25 === 0 ? admitted(place + 1) : full(1),
      ),
    );
    const verdict = checkLinearizable(asked, slotsSpec);
    expect(verdict).toMatchObject({ outcome: 'not-linearizable', state: { revoked: [] } });
    if (verdict.outcome !== 'not-linearizable') return;
    expect(verdict.prefix.length).toBe(49);
    expect(verdict.stuck.map(({ input }) => input)).toEqual([admit(26)]);
  });
});
