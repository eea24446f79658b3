import { expect, it } from 'vitest';
import { simulate, replay } from '../../src/testing/simulator.ts';
const from = Number(process.env['FROM'] ?? 1),
  n = Number(process.env['N'] ?? 5),
  minutes = Number(process.env['MIN'] ?? 30);
it('scratch', async () => {
  const kinds = new Map<string, number[]>();
  const t = performance.now();
  let steps = 0;
  const counts: Record<string, number> = {};
  for (let seed = from; seed < from + n; seed += 1) {
    const r = await simulate({ seed, minutes });
    steps += r.steps;
    for (const [k, v] of Object.entries(r.counts)) counts[k] = (counts[k] ?? 0) + v;
    if (r.violation) {
      const key =
        r.violation.invariant + ' ' + r.violation.message.replace(/[\d.]+/g, '#').slice(0, 300);
      kinds.set(key, [...(kinds.get(key) ?? []), seed]);
    }
  }
  console.log(performance.now() - t, 'ms', steps, 'steps', counts);
  for (const [k, s] of kinds) console.log(s.length, k, s.slice(0, 8).join());
  const show = process.env['SHOW'];
  if (show) console.log(await replay({ seed: Number(show), minutes }));
  expect(1).toBe(1);
}, 600_000);
