import { it } from 'vitest';
import { simulate, replay } from '../../src/testing/simulator.ts';
const from = Number(process.env['FROM'] ?? 1), n = Number(process.env['N'] ?? 5), minutes = Number(process.env['MIN'] ?? 30);
it('scratch', async () => {
  const t = performance.now();
  for (let seed = from; seed < from + n; seed += 1) {
    const r = await simulate({ seed, minutes });
    if (r.violation) console.log('VIOL', seed, r.violation.invariant, r.violation.message.slice(0, 250));
  }
  console.log('TIME', performance.now() - t);
  const show = process.env['SHOW'];
  if (show) console.log(await replay({ seed: Number(show), minutes }));
}, 600_000);
