import assert from 'node:assert/strict';
import type { StoreBench } from '../store-contract/bench.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { StreamAccount, StreamLine } from './account.ts';
import type { StreamAct, StreamStep } from './command.ts';
import { playAppend, playDelivered, playRead, playRestart, playMessage } from './log-acts.ts';
import { judgeStream } from './judge-stream.ts';
import type { Plain } from './plain.ts';
import {
  playForget,
  playJoin,
  playLeave,
  playNextBroadcast,
  playPost,
  playRenew,
  playRevocations,
  playRevoke,
  playSweep,
  playTakeGeneration,
} from './roster-acts.ts';
import {
  playAdmit,
  playAssertRows,
  playConfirm,
  playRelease,
  playReserve,
  playSetLimit,
  type Scene,
} from './slot-acts.ts';
import { StreamWorld } from './stream-world.ts';

const plays: Readonly<Record<StreamAct, (scene: Scene) => Promise<Plain>>> = {
  admit: playAdmit,
  release: playRelease,
  reserve: playReserve,
  confirm: playConfirm,
  assertRows: playAssertRows,
  append: playAppend,
  delivered: playDelivered,
  read: playRead,
  restart: playRestart,
  setLimit: playSetLimit,
  message: playMessage,
  nextBroadcast: playNextBroadcast,
  revoke: playRevoke,
  revocations: playRevocations,
  sweep: playSweep,
  post: playPost,
  join: playJoin,
  renew: playRenew,
  leave: playLeave,
  forget: playForget,
  takeGeneration: playTakeGeneration,
};

/** Plays a stream against an empty store. No lease may lapse meanwhile: a bench for streams wants long ones. */
export async function playStream(
  steps: readonly StreamStep[],
  bench: StoreBench,
): Promise<StreamAccount> {
  const world = await StreamWorld.open(bench);
  const lines: StreamLine[] = [];
  for (const step of steps) {
    const random = new SeededRandom(step.seed);
    const scene = { world, random, slot: world.slot(random), user: world.user(random) };
    const answer = await plays[step.act](scene);
    const everybody = { node: 0, live: { upTo: 0, generations: [] }, broadcasts: 0 };
    const state = world.plain.state(await scene.slot.store.stateOf(scene.user, everybody));
    lines.push({ step, user: scene.user, answer, state });
  }
  await bench.settle();
  return { lines, heard: world.slots.map((slot) => heardBy(slot.messages, world)) };
}

function heardBy(
  messages: StreamWorld['slots'][number]['messages'],
  world: StreamWorld,
): Record<string, Plain[]> {
  const heard: Record<string, Plain[]> = {};
  for (const message of messages) {
    const about =
      'user' in message ? `user ${message.user}` : `words of ${world.book.inStream(message.from)}`;
    (heard[about] ??= []).push(world.plain.message(message));
  }
  return heard;
}

/**
 * Plays the same stream against two empty stores, which have to give the same answers and send the same messages.
 *
 * @throws AssertionError that names the first step at which they differ
 */
export async function compareStores(
  steps: readonly StreamStep[],
  { one, other }: { readonly one: StoreBench; readonly other: StoreBench },
): Promise<StreamAccount> {
  const [first, second] = [await playStream(steps, one), await playStream(steps, other)];
  judgeStream(first);
  for (const [place, line] of first.lines.entries()) {
    const { act, seed } = line.step;
    assert.deepEqual(
      second.lines[place],
      line,
      `Expected both stores to agree on step ${place}, ${act} with seed ${seed}; the first store is what was expected.`,
    );
  }
  assert.deepEqual(second.heard, first.heard, 'Expected both stores to send the same messages.');
  return first;
}
