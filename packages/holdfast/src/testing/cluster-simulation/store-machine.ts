import type { MemoryStoreServer, StoreSnapshot } from '../../stores/memory/memory-store-server.ts';
import { StoreError, type StoreErrorKind } from '../../sessions/store/store-error.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What came of an act at the store. */
export type Done<T> = { readonly answer: T } | { readonly error: Error };

interface Waiting {
  /** The connection it came by. */
  readonly by: object;
  readonly run: () => void;
}

/** The machine of the store: may stand still, refuse what writes, and lose what it has acknowledged. */
export class StoreMachine {
  readonly server: MemoryStoreServer;
  /** What came while it stood still lies in the kernel, and is done afterwards. */
  #backlog: Waiting[] | null = null;
  /** Every act is refused with this. */
  refusal: StoreErrorKind | null = null;
  /** Called around each act that is done. */
  around: <T>(act: () => T) => T = (act) => act();
  /** A replica is about to take over. */
  isFailingOver: boolean = false;
  /** How often something it had kept was lost. */
  losses = 0;
  /** When it last was. */
  lostAt: number = -Infinity;

  constructor(server: MemoryStoreServer) {
    this.server = server;
  }

  get isFrozen(): boolean {
    return this.#backlog !== null;
  }

  /** Something has arrived by this connection. */
  take(by: object, run: () => void): void {
    if (this.#backlog === null) run();
    else this.#backlog.push({ by, run });
  }

  do<T>(act: () => T): Done<T> {
    if (this.refusal !== null)
      return { error: new StoreError(this.refusal, 'The store refuses that, as asked.') };
    try {
      return { answer: this.around(act) };
    } catch (error) {
      return { error: error as Error };
    }
  }

  freeze(): void {
    this.#backlog ??= [];
  }

  /** Goes on with what has come meanwhile: each connection in its order, the connections in any. */
  thaw(random: SeededRandom): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = null;
    while (backlog.length > 0) {
      const by = random.pick([...new Set(backlog.map((one) => one.by))]);
      const place = backlog.findIndex((one) => one.by === by);
      for (const { run } of backlog.splice(place, 1)) run();
    }
  }

  wipe(atMs: number): void {
    this.losses += 1;
    this.lostAt = atMs;
    this.server.wipe();
  }

  rollBack(snapshot: StoreSnapshot, atMs: number): void {
    this.losses += 1;
    this.lostAt = atMs;
    this.server.rollBack(snapshot);
  }
}
