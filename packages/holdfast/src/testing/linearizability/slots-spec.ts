import type { SequentialSpec } from './operation.ts';

/** What is done to the slots of one user. */
export type SlotInput =
  | {
      readonly act: 'admit';
      readonly node: number;
      readonly session: number;
      /** With one, a good one supersedes. */
      readonly ticket: { readonly lineage: number; readonly predecessor: number } | null;
      readonly taken: number | null;
      readonly limit: number;
    }
  | {
      readonly act: 'release';
      readonly node: number;
      readonly session: number;
      readonly isRevoked: boolean;
    }
  | { readonly act: 'confirm'; readonly session: number }
  | { readonly act: 'look' };

/** What came of it: the handles of those who are inside after it, or in the way, in rising order, where it says so. */
export type SlotOutput =
  | {
      readonly outcome: 'admitted';
      readonly replaced: number | null;
      readonly lineage: number;
      readonly isSpent: boolean;
      readonly count: number;
    }
  | { readonly outcome: 'full'; readonly isSpent: boolean; readonly sessions: readonly number[] }
  | { readonly outcome: 'released'; readonly wasThere: boolean }
  | { readonly outcome: 'confirmed' }
  | { readonly outcome: 'seen'; readonly sessions: readonly number[] };

interface Slot {
  readonly session: number;
  readonly lineage: number;
  readonly predecessor: number;
  readonly node: number;
}

/** The slots of one user, by rising handles. */
export interface SlotState {
  readonly slots: readonly Slot[];
  readonly revoked: readonly number[];
}

type Step = { readonly state: SlotState; readonly output: SlotOutput };
type Admission = Extract<SlotInput, { readonly act: 'admit' }>;

/** The slots of one user, one act after the other; every node is alive, and nobody is evicted by age. */
export const slotsSpec: SequentialSpec<SlotState, SlotInput, SlotOutput> = {
  initial: { slots: [], revoked: [] },
  apply,
  agrees: (expected, got) => JSON.stringify(expected) === JSON.stringify(got),
  isReadOnly: (output) =>
    output.outcome === 'full' ||
    output.outcome === 'seen' ||
    (output.outcome === 'released' && !output.wasThere),
  keyOf: ({ slots, revoked }) =>
    JSON.stringify([
      slots.map(({ session, lineage, predecessor, node }) => [session, lineage, predecessor, node]),
      revoked,
    ]),
};

function apply(state: SlotState, input: SlotInput): Step {
  switch (input.act) {
    case 'admit':
      return admit(state, input);
    case 'release': {
      const slot = state.slots.find(
        ({ session, node }) => session === input.session && node === input.node,
      );
      const output: SlotOutput = { outcome: 'released', wasThere: slot !== undefined };
      if (slot === undefined) return { state, output };
      const revoked = input.isRevoked ? [...state.revoked, slot.lineage] : state.revoked;
      return { state: { slots: without(state.slots, slot.session), revoked }, output };
    }
    case 'confirm': {
      const slots = state.slots.map((slot) =>
        slot.session === input.session ? { ...slot, predecessor: 0 } : slot,
      );
      return { state: { ...state, slots }, output: { outcome: 'confirmed' } };
    }
    case 'look':
      return { state, output: { outcome: 'seen', sessions: handlesOf(state.slots) } };
  }
}

function admit(state: SlotState, input: Admission): Step {
  const own = state.slots.find(({ session }) => session === input.session);
  if (own !== undefined) {
    const slots = replace(state.slots, own.session, { ...own, node: input.node });
    const count = slots.length;
    const output = { replaced: null, lineage: own.lineage, isSpent: false, count };
    return { state: { ...state, slots }, output: { outcome: 'admitted', ...output } };
  }
  const isSpent = input.ticket !== null && !isGood(state, input.ticket);
  const ticket = isSpent ? null : input.ticket;
  const place = placeOf(state, input, ticket);
  if (place === 'full') {
    const sessions = handlesOf(state.slots);
    return { state, output: { outcome: 'full', isSpent, sessions } };
  }
  const lineage = ticket?.lineage ?? input.session;
  const { session, node } = input;
  const slot: Slot = { session, lineage, predecessor: ticket?.predecessor ?? 0, node };
  const slots = replace(state.slots, place, slot);
  return {
    state: { ...state, slots },
    output: { outcome: 'admitted', replaced: place, lineage, isSpent, count: slots.length },
  };
}

/** Whose place it has, null for a free one. */
function placeOf(
  { slots }: SlotState,
  { taken, limit }: Admission,
  ticket: Admission['ticket'],
): number | null | 'full' {
  const ancestor = slots.find(({ lineage }) => lineage === ticket?.lineage);
  if (ancestor !== undefined) return ancestor.session;
  if (slots.some(({ session }) => session === taken)) return taken;
  return slots.length < limit ? null : 'full';
}

function isGood(
  { slots, revoked }: SlotState,
  { lineage, predecessor }: NonNullable<Admission['ticket']>,
): boolean {
  if (revoked.includes(lineage)) return false;
  const slot = slots.find((one) => one.lineage === lineage);
  return slot === undefined || slot.session === predecessor || slot.predecessor === predecessor;
}

function replace(slots: readonly Slot[], out: number | null, slot: Slot): Slot[] {
  return [...without(slots, out), slot].toSorted((one, other) => one.session - other.session);
}

function without(slots: readonly Slot[], out: number | null): Slot[] {
  return slots.filter(({ session }) => session !== out);
}

function handlesOf(slots: readonly Slot[]): number[] {
  return slots.map(({ session }) => session);
}
