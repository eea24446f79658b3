import { environmentBackground } from './environment-background.ts';
import { environmentIntervals } from './environment-intervals.ts';
import { environmentMonitoring } from './environment-monitoring.ts';
import { environmentParity } from './environment-parity.ts';
import type { Scenario } from './scenario.ts';

/** Where a target runs, and what depends on it. */
export const environment: readonly Scenario[] = [
  ...environmentIntervals,
  ...environmentMonitoring,
  ...environmentBackground,
  ...environmentParity,
];
