import { keepTime } from '../load/keep-time.ts';

/**
 * Begins one act after the other by a timetable, whether those before it are done or not, and resolves when all are. An
 * act is told when it was due (`performance.now()`). @throws the first error of an act
 */
export async function paced(
  count: number,
  perSecond: number,
  act: (at: number, dueAtMs: number) => Promise<void>,
): Promise<void> {
  const acts: Promise<void>[] = [];
  await keepTime({
    count,
    instantOf: (index) => (index * 1_000) / perSecond,
    begin: (dueAtMs) => {
      const doing = act(acts.length, dueAtMs);
      // It is awaited with the others: until then its failure is nobody's.
      doing.catch(() => undefined);
      acts.push(doing);
    },
    signal: new AbortController().signal,
  });
  await Promise.all(acts);
}
