import type { ClusterSeat } from './cluster-seat.ts';
import type { Faults } from './faults.ts';
import type { Position } from './position.ts';
import type { UserLog } from './user-log.ts';

/** What telling of progress works with. */
export interface ProgressRooms {
  readonly cluster: ClusterSeat | null;
  readonly faults: Faults;
}

/** Lets the store of a cluster know how far the records it keeps were delivered, where it does not know that by itself. */
export class Progress {
  readonly #rooms: ProgressRooms;

  constructor(rooms: ProgressRooms) {
    this.#rooms = rooms;
  }

  /** Tells how far a record was delivered, if that is further than is known. */
  report(log: UserLog): void {
    const { userId, epoch, delivered, reported, isOver } = log;
    if (this.#rooms.cluster === null || delivered <= reported || isOver) return;
    log.reported = delivered;
    this.tell(userId, { epoch, offset: delivered });
  }

  tell(userId: string, position: Position): void {
    const { cluster, faults } = this.#rooms;
    if (cluster !== null) faults.guard('listener', () => cluster.link.written(userId, position));
  }
}
