import { SeededRandom } from '../seeded-random.ts';

/** How often each act comes up in a stream; the sum means nothing. */
const weights = {
  admit: 30,
  release: 10,
  reserve: 5,
  confirm: 5,
  assertRows: 6,
  append: 16,
  delivered: 3,
  read: 4,
  restart: 1,
  setLimit: 3,
  message: 3,
  nextBroadcast: 3,
  revoke: 2,
  revocations: 1,
  sweep: 3,
  post: 2,
  join: 2,
  renew: 6,
  leave: 2,
  forget: 2,
  takeGeneration: 1,
} as const;

/** An act a stream is made of. */
export type StreamAct = keyof typeof weights;

/** All of them. */
export const streamActs: readonly StreamAct[] = Object.keys(weights) as StreamAct[];

/**
 * One step of a stream. Whatever else the act needs is drawn from its seed when it is played, among what there is then, so that
 * a stream of which steps are left out can still be played.
 */
export interface StreamStep {
  readonly act: StreamAct;
  /** A whole number. */
  readonly seed: number;
}

/** A stream of so many steps; the same seed gives the same stream. */
export function storeStream(seed: number, steps: number): StreamStep[] {
  const random = new SeededRandom(seed);
  const bag = streamActs.flatMap((act) => Array.from({ length: weights[act] }, () => act));
  return Array.from({ length: steps }, () => ({
    act: random.pick(bag) ?? 'admit',
    seed: random.between(0, 2 ** 31),
  }));
}
