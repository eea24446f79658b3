import type { Faults } from './faults.ts';

/** What is asked whether somebody is welcome. */
export interface WelcomeRooms {
  readonly faults: Faults;
  readonly isWelcome: (extra: unknown) => boolean;
}

/** Whether the application still lets in whoever it keeps this with; nobody, while it cannot tell. */
export function isWelcome(extra: unknown, rooms: WelcomeRooms): boolean {
  return rooms.faults.attempt('application', () => rooms.isWelcome(extra), false);
}
