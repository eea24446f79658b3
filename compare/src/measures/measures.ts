import type { Measure } from './bench.ts';
import { counts } from './counts.ts';
import { creation } from './creation.ts';
import { liveKills } from './live-kills.ts';
import { lockOut } from './lock-out.ts';
import { lostEvents } from './lost-events.ts';
import { memory } from './memory.ts';
import { sixthTab } from './sixth-tab.ts';

/** Everything that is measured. */
export const measures: readonly Measure[] = [
  lockOut,
  liveKills,
  sixthTab,
  lostEvents,
  counts,
  creation,
  memory,
];
