import { beatMs } from '../../sessions/pulse.ts';

/** What may pass between a deadline and its being acted upon: a tick, a beat, and rounding. */
export const slackMs: number = 3 * beatMs;
