import { holdfast } from './holdfast.ts';
import { deny, evict, origin } from './ports.ts';
import { socketIo } from './socket-io.ts';
import type { System } from './system.ts';

/** Everything that is compared, in the order of the table. */
export const systems: readonly System[] = [holdfast, origin, deny, evict, socketIo];
