import { describe, expect, it } from 'vitest';
import {
  next,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type Transition,
  transitions,
} from '../../src/core/lifecycle.ts';

/** The table as it is meant, written down a second time; SPEC.md holds it a third time and a script compares. */
const meant: Readonly<Record<SessionState, Readonly<Record<SessionInput, string>>>> = {
  opening: {
    attach: 'live: greet',
    end: 'closed: release',
    order: 'closed: release',
    death: 'closed: release',
    heard: 'opening: note',
  },
  live: {
    attach: 'live: misuse',
    end: 'closed: release',
    order: 'closed: release',
    death: 'closed: release',
    heard: 'live: note',
  },
  closed: {
    attach: 'closed: misuse',
    end: 'closed: ignore',
    order: 'closed: ignore',
    death: 'closed: ignore',
    heard: 'closed: ignore',
  },
};

const states = Object.keys(meant) as SessionState[];
const inputs = Object.keys(meant.opening) as SessionInput[];
const cells = states.flatMap((state) => inputs.map((input) => ({ state, input })));
const everyTransition: readonly Transition[] = cells.map(({ state, input }) => next(state, input));

describe('the life of a session', () => {
  it.each(cells)('goes from $state by $input as meant', ({ state, input }) => {
    const { to, effect } = next(state, input);
    expect(`${to}: ${effect}`).toBe(meant[state][input]);
  });

  it('has an answer to every state and input, and to no other', () => {
    expect(Object.keys(transitions)).toEqual(states);
    for (const state of states) expect(Object.keys(transitions[state])).toEqual(inputs);
  });

  it('I7 never comes back from closed', () => {
    for (const input of inputs) expect(next('closed', input).to).toBe('closed');
    const effects: SessionEffect[] = inputs.map((input) => next('closed', input).effect);
    expect(effects).not.toContain('release');
    expect(effects).not.toContain('note');
  });

  it('I1 gives the slot back exactly where it leaves for closed', () => {
    for (const { state, input } of cells) {
      const { to, effect } = next(state, input);
      expect(effect === 'release').toBe(state !== 'closed' && to === 'closed');
    }
  });

  it('leads from opening to every state and causes every effect', () => {
    expect(new Set(everyTransition.map(({ to }) => to))).toEqual(new Set(states));
    expect(new Set(everyTransition.map(({ effect }) => effect)).size).toBe(5);
  });
});
