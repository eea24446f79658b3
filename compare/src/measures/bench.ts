import type { SeededRandom } from 'holdfast/testing';
import type { Deployment } from '../../../packages/gateway/dist/proof/deployment.js';
import type { System } from '../systems/system.ts';

/** Under which name a value is kept, and what it is counted in. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
}

/** What a measure works with: one system, started anew. */
export interface Bench {
  readonly system: System;
  readonly deployment: Deployment;
  /** The same draws for every system in one round. */
  readonly random: SeededRandom;
  /** Where in a period of its own a round stands, so that all rounds are spread over one: 0 to 1. */
  readonly phase: number;
  /** Small sizes: shows that everything runs, proves nothing. */
  readonly isQuick: boolean;
  /** Keeps one raw value. */
  keep(figure: Figure, value: number): void;
  /** Whatever was opened, to be undone at the end, in reverse order. */
  undoLater(undo: () => Promise<void> | void): void;
}

/** Something that is measured of each system. */
export interface Measure {
  readonly name: string;
  /** Keeps the machine busy: nothing else is measured meanwhile. Others wait most of their time. */
  readonly isBusy: boolean;
  run(bench: Bench): Promise<void>;
}
