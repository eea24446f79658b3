import { describe, expect, test } from 'vitest';
import { Faults } from '../../src/sessions/faults.ts';
import { HookRunner, type HookUse } from '../../src/sessions/hooks.ts';
import { Pulse } from '../../src/sessions/pulse.ts';
import type { Session } from '../../src/sessions/session.ts';
import type { Fault } from '../../src/sessions/session-event.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { settled } from './house.ts';

const session = { id: 's' } as Session;

function run(hook: () => unknown): { clock: ManualClock; ends: string[]; told: Fault[] } {
  const clock = new ManualClock();
  const told: Fault[] = [];
  const faults = new Faults(
    () => clock.nowMs(),
    (fault) => told.push(fault),
  );
  const ends: string[] = [];
  const use: HookUse<null> = {
    call: hook,
    done: () => ends.push('done'),
    failed: () => ends.push('failed'),
  };
  new HookRunner(new Pulse(clock, faults, () => {}), faults, 1_000).run(use, session, null);
  return { clock, ends, told };
}

/** Something with a `then` that is no promise. */
function thenable(then: unknown): object {
  const object = {};
  Reflect.set(object, 'then', then);
  return object;
}

describe('hooks', () => {
  test.each([
    ['returns nothing', () => {}],
    ['returns an object', () => thenable('not a function')],
    ['resolves', () => Promise.resolve(1)],
    ['resolves as a thenable', () => thenable((resolve: () => void) => resolve())],
  ])('one that %s is done', async (_how, hook) => {
    const { clock, ends, told } = run(hook);
    await settled();
    clock.advance(5_000);
    expect(ends).toEqual(['done']);
    expect(told).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
      'Error: x',
    ],
    ['rejects', () => Promise.reject(new Error('x')), 'Error: x'],
    [
      'rejects without a reason',
      () => Promise.reject(undefined as unknown as Error),
      'Error: A hook rejected without a reason.',
    ],
    [
      'has a then that throws',
      () =>
        thenable(() => {
          throw new Error('x');
        }),
      'Error: x',
    ],
    [
      'never settles',
      () => new Promise(() => {}),
      'HookTimeoutError: A hook did not finish within 1000 ms.',
    ],
  ])('F1 I6 one that %s has failed once, as a fault of its session', async (_how, hook, error) => {
    const { clock, ends, told } = run(hook);
    await settled();
    clock.advance(5_000);
    expect(ends).toEqual(['failed']);
    expect(told).toEqual([{ type: 'fault', where: 'hook', error, session: 's', untold: 0 }]);
  });

  test('one that settles after its deadline changes nothing', async () => {
    const late: (() => void)[] = [];
    const { clock, ends } = run(() => new Promise<void>((resolve) => late.push(resolve)));
    clock.advance(1_200);
    late[0]!();
    await settled();
    expect(ends).toEqual(['failed']);
  });
});
