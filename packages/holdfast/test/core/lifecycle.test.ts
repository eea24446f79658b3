import { describe, expect, it } from 'vitest';
import {
  next,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  transitions,
} from '../../src/core/lifecycle.ts';

type Cell = readonly [to: SessionState, effect: SessionEffect];

/** Written down a second time, so that a change of the table is noticed. */
const expected: Readonly<Record<SessionState, Readonly<Record<SessionInput, Cell>>>> = {
  opening: {
    attach: ['live', 'greet'],
    end: ['closed', 'release'],
    order: ['closed', 'release'],
    death: ['closed', 'release'],
    heard: ['opening', 'note'],
  },
  live: {
    attach: ['live', 'misuse'],
    end: ['closed', 'release'],
    order: ['closed', 'release'],
    death: ['closed', 'release'],
    heard: ['live', 'note'],
  },
  closed: {
    attach: ['closed', 'misuse'],
    end: ['closed', 'ignore'],
    order: ['closed', 'ignore'],
    death: ['closed', 'ignore'],
    heard: ['closed', 'ignore'],
  },
};

const states = Object.keys(expected) as SessionState[];
const inputs = Object.keys(expected.opening) as SessionInput[];
const cells = states.flatMap((state) =>
  inputs.map((input) => {
    const [to, effect] = expected[state][input];
    return { state, input, to, effect };
  }),
);

describe('I7 the lifecycle', () => {
  it.each(cells)(
    'takes a session that is $state to $to on $input, and the effect is $effect',
    ({ state, input, to, effect }) => {
      expect(next(state, input)).toEqual({ to, effect });
      expect(next(state, input)).toBe(transitions[state][input]);
    },
  );

  it('has a cell for every state and input, and no other', () => {
    expect(Object.keys(transitions)).toEqual(states);
    for (const state of states) expect(Object.keys(transitions[state])).toEqual(inputs);
  });

  it('lets nobody come back once a session is closed', () => {
    for (const input of inputs) {
      expect(next('closed', input).to).toBe('closed');
      expect(next('closed', input).effect).not.toBe('release');
    }
  });

  it('I1 releases exactly on the way from a state that holds a slot to the one that holds none', () => {
    for (const { state, input } of cells) {
      const { to, effect } = next(state, input);
      expect(effect === 'release').toBe(state !== 'closed' && to === 'closed');
    }
  });
});
