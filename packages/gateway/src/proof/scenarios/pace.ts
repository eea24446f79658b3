import { setTimeout as delay } from 'node:timers/promises';

/**
 * Begins one act after the other by a timetable, whether those before it are done or not, and resolves when all are. An
 * act is told when it was due (`performance.now()`). @throws the first error of an act
 */
export async function paced(
  count: number,
  perSecond: number,
  act: (at: number, dueAtMs: number) => Promise<void>,
): Promise<void> {
  const startedAtMs = performance.now();
  const acts: Promise<void>[] = [];
  for (let at = 0; at < count; at += 1) {
    const dueAtMs = startedAtMs + (at * 1_000) / perSecond;
    const earlyMs = dueAtMs - performance.now();
    if (earlyMs > 1) await delay(earlyMs);
    const doing = act(at, dueAtMs);
    // It is awaited with the others: until then its failure is nobody's.
    doing.catch(() => undefined);
    acts.push(doing);
  }
  await Promise.all(acts);
}
