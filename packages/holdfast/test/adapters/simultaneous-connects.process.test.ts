import { expect, it } from 'vitest';
import { connectAtOnce } from './simultaneous-connects.ts';

it('FM-20 I1 a hundred slow connects of one user at once: exactly five each time, in a hundred rounds', async () => {
  const rounds = await connectAtOnce(100);
  expect(rounds).toEqual(Array.from({ length: 100 }, () => ({ greeted: 5, most: 5, left: 0 })));
});
