import { afterEach, expect, it } from 'vitest';
import { Arena, attacks, type HonestView } from './attackers.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;

afterEach(async () => {
  await gateway?.stop();
});

const rounds = 3;
const roundMs = 4_000;
const mostBytesMore = 64 * 1024 * 1024;

/** The middle one of all rounds, milliseconds. */
function p99Of(views: readonly HonestView[]): number {
  const values = views.map(({ p99 }) => p99).toSorted((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? Infinity;
}

/**
 * Usual is what honest clients see while fifty others come, ask and go ten times a second each; attackers come as often.
 * Both in turns, after both have been there once: a p99 of about a millisecond is also a matter of what else a machine does.
 */
it.each(attacks)(
  'G10 C14 I12 fifty attackers (%s) leave honest clients a p99 of less than twice the usual, and take at most 64 MB',
  async (attack) => {
    const running = await RunningGateway.start();
    gateway = running;
    const arena = new Arena(running, true);
    await arena.watch('peaceful', roundMs);
    const before = running.residentBytes;
    await arena.watch(attack, roundMs);
    const usual: HonestView[] = [];
    const attacked: HonestView[] = [];
    for (let round = 0; round < rounds; round += 1) {
      usual.push(await arena.watch('peaceful', roundMs));
      attacked.push(await arena.watch(attack, roundMs));
    }
    expect(running.isAlive).toBe(true);
    expect(attacked.map(({ closed }) => closed)).toEqual(attacked.map(() => 0));
    expect(Math.min(...attacked.map(({ asked }) => asked))).toBeGreaterThan(1_000);
    expect(p99Of(attacked)).toBeLessThan(2 * p99Of(usual));
    const most = Math.max(...attacked.map(({ residentBytes }) => residentBytes));
    expect(most - before).toBeLessThan(mostBytesMore);
  },
);
