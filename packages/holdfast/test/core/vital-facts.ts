import { notOut, type Patience, type VitalFacts } from '../../src/core/death.ts';

/** A live session opened at 1,000 and heard then, with no ping out on an open transport; any of it otherwise. */
export function vitalFacts(differences: Partial<VitalFacts> = {}): VitalFacts {
  return {
    state: 'live',
    openedAt: 1_000,
    heardAt: 1_000,
    provenAt: differences.heardAt ?? 1_000,
    pingAt: notOut,
    bytesBeforePing: 0,
    transport: 'open',
    ...differences,
  };
}

/** The ping timeout by default. */
export const patience: Patience = { pingMs: 10_000, openMs: 10_000 };

/** The probe timeout by default. */
export const probePatience: Patience = { pingMs: 1_000, openMs: 10_000 };
