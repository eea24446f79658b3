import type * as FakeSockets from '../../src/testing/fake-socket.ts';
import type * as ManualClocks from '../../src/testing/manual-clock.ts';
import type * as SessionLayers from '../../src/sessions/session-layer.ts';
import { type Mutant, withMutant } from '../mutants.ts';
import { checkSessions, type Runs } from './acts.ts';

/** What the property finds wrong with the mutant; null when it survives. */
export async function violationOf(mutant: Mutant, runs: Runs): Promise<string | null> {
  return await withMutant(mutant, async (load) => {
    const { SessionLayer } = (await load('sessions/session-layer.ts')) as typeof SessionLayers;
    const { ManualClock } = (await load('testing/manual-clock.ts')) as typeof ManualClocks;
    const { FakeSocket } = (await load('testing/fake-socket.ts')) as typeof FakeSockets;
    try {
      checkSessions({ SessionLayer, ManualClock, FakeSocket }, { ...runs, endOnFailure: true });
      return null;
    } catch (error) {
      return error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error);
    }
  });
}
