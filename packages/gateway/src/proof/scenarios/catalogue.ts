import { cluster } from './cluster.ts';
import { freed } from './endings.ts';
import { environment } from './environment.ts';
import { limits } from './limits.ts';
import { liveKill } from './live-kill.ts';
import { liveKillUnderStrain } from './live-kill-under-strain.ts';
import { load } from './load.ts';
import { lockOut } from './lock-out.ts';
import { multiUser } from './multi-user.ts';
import { raceAtTheDoor } from './race-at-the-door.ts';
import { race } from './race.ts';
import { resume } from './resume.ts';
import { resumeGaps } from './resume-gaps.ts';
import type { Scenario } from './scenario.ts';
import { security } from './security.ts';
import { securityUnderAttack } from './security-under-attack.ts';

/** Every scenario there is, in the order in which they are played. */
export const catalogue: readonly Scenario[] = [
  ...limits,
  ...lockOut,
  ...freed,
  ...liveKill,
  ...liveKillUnderStrain,
  ...multiUser,
  ...load,
  ...race,
  ...raceAtTheDoor,
  ...environment,
  ...resume,
  ...resumeGaps,
  ...security,
  ...securityUnderAttack,
  ...cluster,
];
